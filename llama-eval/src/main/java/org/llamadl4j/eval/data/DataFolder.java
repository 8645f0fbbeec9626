package org.llamadl4j.eval.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.llamadl4j.model.error.UserError;

/**
 * The folder that holds the benchmarks' files.
 *
 * @param root the folder
 */
public record DataFolder(Path root) {

    /** The folder {@code root}; there being none is an error. */
    public static DataFolder of(Path root) {
        if (!Files.isDirectory(root)) {
            throw UserError.usage("--data %s is no folder; name the folder that holds the benchmarks' files", root);
        }
        return new DataFolder(root);
    }

    /** The first of {@code names} that is there. A name is a path in the folder, with slashes. */
    public Optional<DataFile> find(List<String> names) {
        return names.stream()
                .filter(name -> Files.isRegularFile(root.resolve(name)))
                .map(name -> DataFile.of(name, root.resolve(name)))
                .findFirst();
    }
}
