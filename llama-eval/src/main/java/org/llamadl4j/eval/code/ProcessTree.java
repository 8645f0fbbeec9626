package org.llamadl4j.eval.code;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import lombok.RequiredArgsConstructor;

/** A process and all that it started. */
@RequiredArgsConstructor
final class ProcessTree {

    private static final long PAGE_BYTES = 4096;

    private final ProcessHandle root;

    /** The memory that is resident in all of them together; what they share counts several times. */
    long residentBytes() {
        return Stream.concat(Stream.of(root), root.descendants())
                .mapToLong(ProcessTree::residentBytes)
                .sum();
    }

    private static long residentBytes(ProcessHandle process) {
        try {
            String[] pages = Files.readString(Path.of("/proc", Long.toString(process.pid()), "statm"))
                    .split(" ");
            return Long.parseLong(pages[1]) * PAGE_BYTES;
        } catch (IOException | RuntimeException e) {
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
