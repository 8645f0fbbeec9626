package org.llamadl4j.eval.code;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import lombok.RequiredArgsConstructor;

/** A process and all that it started. */
@RequiredArgsConstructor
final class ProcessTree {

    /** Begins the line with the resident memory, such as {@code VmRSS: 1234 kB}; a process that is ending has none. */
    private static final String RESIDENT = "VmRSS:";

    private static final long KIBIBYTE = 1024;

    private final ProcessHandle root;

    /** The memory that is resident in all of them together; what they share counts several times. */
    long residentBytes() {
        return Stream.concat(Stream.of(root), root.descendants())
                .mapToLong(ProcessTree::residentBytes)
                .sum();
    }

    private static long residentBytes(ProcessHandle process) {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(RESIDENT))
                    .mapToLong(line -> KIBIBYTE * Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            // It has ended.
            return 0;
        }
    }

    /** Ends them all. */
    void kill() {
        root.descendants().forEach(ProcessHandle::destroyForcibly);
        root.destroyForcibly();
    }
}
