package org.llamadl4j.eval.result;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.llamadl4j.model.error.UserError;

/**
 * Which model was evaluated.
 *
 * @param name what people call it, such as its folder
 * @param sha256 the digest of its files, if known
 */
public record ModelIdentity(String name, Optional<String> sha256) {

    /** What the files of a folder end in that make up a model, its tokenizer among them. */
    private static final Set<String> ENDINGS = Set.of("json", "safetensors", "model", "pth", "gguf", "bin");

    /** A model of whose files nothing is known. */
    public static ModelIdentity named(String name) {
        return new ModelIdentity(name, Optional.empty());
    }

    /**
     * The model in the file or folder {@code path}. The digest is that of the file, or of the names and digests of the files
     * in the folder that make up a model, weights and tokenizer.
     */
    public static ModelIdentity of(Path path) {
        try {
            return new ModelIdentity(
                    path.toString(), Optional.of(Files.isDirectory(path) ? ofFolder(path) : ofFile(path)));
        } catch (IOException e) {
            throw UserError.failed(e, "the model %s cannot be read: %s", path, e.getMessage());
        }
    }

    /** What {@code change} makes of it. */
    public ModelIdentity variant(String change) {
        return new ModelIdentity(
                name + " (" + change + ")", sha256.map(digest -> DigestUtils.sha256Hex(digest + " " + change)));
    }

    private static String ofFolder(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> ENDINGS.contains(ending(file)) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
        StringBuilder digests = new StringBuilder();
        for (Path file : files) {
            digests.append(file.getFileName()).append(' ').append(ofFile(file)).append('\n');
        }
        return DigestUtils.sha256Hex(digests.toString());
    }

    private static String ending(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static String ofFile(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return DigestUtils.sha256Hex(in);
        }
    }
}
