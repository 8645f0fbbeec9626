package org.llamadl4j.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that tests find on the class path, copied to where code that wants a path can open them. */
public final class Resources {

    private Resources() {}

    /** Copies the golden file {@code name}, such as {@code plain.safetensors}, into {@code folder}. */
    public static Path copyGolden(String name, Path folder) throws IOException {
        Path copy = folder.resolve(Path.of(name).getFileName());
        try (InputStream stream = Resources.class.getResourceAsStream("golden/" + name)) {
            Files.copy(stream, copy);
        }
        return copy;
    }
}
