package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.llamadl4j.model.error.UserError;

/** The tensors of a model folder: in {@code model.safetensors}, or in several files that an index lists. */
final class TensorFiles implements Closeable {

    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private final Map<Path, SafeTensors> files = new LinkedHashMap<>();
    private final Map<String, SafeTensors> tensors = new LinkedHashMap<>();

    private TensorFiles() {}

    /**
     * Opens the files of {@code folder}.
     *
     * @throws UserError if one is missing or not whole
     */
    static TensorFiles open(Path folder) throws IOException {
        TensorFiles all = new TensorFiles();
        try {
            if (Files.exists(folder.resolve(SINGLE))) {
                all.add(folder.resolve(SINGLE));
            } else if (Files.exists(folder.resolve(INDEX))) {
                for (String name : shards(folder.resolve(INDEX))) {
                    all.add(folder.resolve(name));
                }
            } else {
                throw UserError.failed(
                        "there is no %s in %s, nor a %s; a model folder has one of them", SINGLE, folder, INDEX);
            }
            return all;
        } catch (IOException | RuntimeException e) {
            all.close();
            throw e;
        }
    }

    private static Set<String> shards(Path index) throws IOException {
        Set<String> names = new TreeSet<>();
        JsonObject.read(index).json().path("weight_map").forEach(name -> names.add(name.asText()));
        if (names.isEmpty()) {
            throw UserError.failed("%s names no files; its weight_map should", index);
        }
        for (String name : names) {
            if (!isFileName(name)) {
                throw UserError.failed("%s names '%s', which is not a file of its folder", index, name);
            }
        }
        return names;
    }

    private static boolean isFileName(String name) {
        try {
            return !name.isEmpty() && Path.of(name).equals(Path.of(name).getFileName()) && !name.matches("\\.\\.?");
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private void add(Path file) throws IOException {
        SafeTensors opened = SafeTensors.open(file);
        files.put(file, opened);
        for (String name : opened.names()) {
            if (tensors.put(name, opened) != null) {
                throw UserError.failed("%s: tensor '%s' is in an earlier file of the folder too", file, name);
            }
        }
    }

    Set<String> names() {
        return tensors.keySet();
    }

    /** The file that holds tensor {@code name}. */
    SafeTensors holding(String name) {
        return tensors.get(name);
    }

    /** Compares every file with its checksum, where it has one. */
    void verify() throws IOException {
        for (SafeTensors file : files.values()) {
            file.verify();
        }
    }

    @Override
    public void close() throws IOException {
        for (SafeTensors file : files.values()) {
            file.close();
        }
    }
}
