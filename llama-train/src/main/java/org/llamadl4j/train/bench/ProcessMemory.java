package org.llamadl4j.train.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Physical memory of this process, the whole Java machine, where Linux tells it. */
final class ProcessMemory {

    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    /** The most bytes that were resident at any time, or null. */
    static Long peakBytes() {
        return bytes("VmHWM:");
    }

    /** Bytes that are resident now, or null. */
    static Long residentBytes() {
        return bytes("VmRSS:");
    }

    /** Lines read "VmRSS:     1234 kB". */
    private static Long bytes(String field) {
        if (!Files.isReadable(STATUS)) {
            return null;
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }
}
