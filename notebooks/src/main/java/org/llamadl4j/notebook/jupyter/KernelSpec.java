package org.llamadl4j.notebook.jupyter;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.notebook.kernel.KernelMain;

/**
 * How Jupyter starts the kernel.
 *
 * @param command the program and its arguments, before the connection file
 */
public record KernelSpec(List<String> command) {

    /** What notebooks call the kernel; also the folder of its specification. */
    public static final String NAME = "llama-java";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** A kernel that runs as this process does: its Java, the options that it was started with, its class path. */
    public static KernelSpec ofThisProcess() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-Dllama.terminal.columns"))
                .forEach(command::add);
        command.add("-Djava.awt.headless=true");
        command.add("-cp");
        command.add(absolute(System.getProperty("java.class.path")));
        command.add(KernelMain.class.getName());
        return new KernelSpec(List.copyOf(command));
    }

    /** Writes {@code kernel.json} into the folder {@link #NAME} in {@code kernels}, and returns that folder. */
    public Path write(Path kernels) {
        Path folder = kernels.resolve(NAME);
        try {
            Files.createDirectories(folder);
            JSON.writeValue(folder.resolve("kernel.json").toFile(), json());
            return folder;
        } catch (IOException e) {
            throw UserError.failed(e, "the kernel specification cannot be written to %s: %s", folder, e.getMessage());
        }
    }

    private ObjectNode json() {
        ObjectNode json = JSON.createObjectNode();
        command.forEach(json.putArray("argv")::add);
        json.withArray("argv").add("{connection_file}");
        json.put("display_name", "Java with LLaMA");
        json.put("language", "java");
        // Java would end on the signal that Jupyter sends otherwise.
        json.put("interrupt_mode", "message");
        json.putObject("env").put("IJAVA_COMPILER_OPTS", "--add-modules jdk.incubator.vector");
        return json;
    }

    private static String absolute(String classPath) {
        String separator = System.getProperty("path.separator");
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(separator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(separator, entries);
    }
}
