package org.llamadl4j.eval.code;

import java.util.ArrayList;
import java.util.List;

/** The start of a command line whose program is held to limits by the kernel ({@code setrlimit}). */
final class ResourceLimits {

    /** Far more than a test opens. */
    private static final int OPEN_FILES = 128;

    private ResourceLimits() {}

    /**
     * {@code prlimit} in front of {@code program}. It must run inside of a user namespace, where the kernel counts its
     * processes alone, and not as the system's root, whose processes the kernel does not count.
     */
    static List<String> prefix(CodeLimits limits, List<String> program) {
        List<String> command = new ArrayList<>(List.of(
                "prlimit",
                "--as=" + limits.memoryBytes(),
                "--nproc=" + limits.processes(),
                "--fsize=" + limits.fileBytes(),
                "--cpu=" + (limits.time().toSeconds() + 1),
                "--nofile=" + OPEN_FILES,
                "--core=0",
                "--"));
        command.addAll(program);
        return command;
    }
}
