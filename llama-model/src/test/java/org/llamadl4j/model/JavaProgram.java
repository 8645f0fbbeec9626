package org.llamadl4j.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Java programs in a process of their own, with the class path of the tests. */
public final class JavaProgram {

    private JavaProgram() {}

    /**
     * @param program the name of a class, or a source file
     * @param arguments of the program
     */
    public static ProcessBuilder of(String program, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                program));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true);
    }
}
