package org.llamadl4j.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The public data files that tests use where they are: in the folder named by the environment variable
 * {@code LLAMA_SHARED_DATA}, else in {@code shared/data} beside the project's root or beside a folder above it. A test
 * that asks for a file which is absent is skipped with a message.
 */
public final class SharedData {

    private SharedData() {}

    /** The file or folder {@code name} of the shared data, such as {@code text/tinyshakespeare.txt}. */
    public static Path require(String name) {
        Path root = root();
        assumeTrue(root != null, "skipped: no folder ../shared/data, and LLAMA_SHARED_DATA is not set");
        Path file = root.resolve(name);
        assumeTrue(Files.exists(file), () -> "skipped: no " + name + " in " + root);
        return file;
    }

    /** Whether the shared data has {@code name}, for property tests, which skip in their own way. */
    public static boolean has(String name) {
        Path root = root();
        return root != null && Files.exists(root.resolve(name));
    }

    private static Path root() {
        String configured = System.getenv("LLAMA_SHARED_DATA");
        if (configured != null && !configured.isBlank()) {
            return Path.of(configured).toAbsolutePath();
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path data = folder.resolve("shared").resolve("data");
            if (Files.isDirectory(data)) {
                return data;
            }
        }
        return null;
    }
}
