package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** The files of a LLaMA as Meta gives it out: {@code params.json}, {@code consolidated.00.pth} and its like. */
final class MetaFolder {

    private static final Pattern PART = Pattern.compile("consolidated\\.([0-9]{2,4})\\.pth");

    private static final String TOKENIZER = "tokenizer.model";

    private MetaFolder() {}

    /** Whether {@code folder} has {@code params.json} and is not a Hugging Face folder. */
    static boolean is(Path folder) {
        return Files.isRegularFile(folder.resolve(MetaConfig.FILE))
                && !Files.exists(folder.resolve(HuggingFaceConfig.FILE));
    }

    /**
     * The parts of the model, in their order.
     *
     * @throws UserError if there is none, or one is missing before the last
     */
    static List<Path> parts(Path folder) throws IOException {
        List<Path> parts = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> PART.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparingInt(MetaFolder::number).thenComparing(Comparator.naturalOrder()))
                    .forEach(parts::add);
        }
        if (parts.isEmpty()) {
            throw UserError.failed(
                    "there is no consolidated.00.pth in %s; a model folder with a %s has one", folder, MetaConfig.FILE);
        }
        for (int i = 0; i < parts.size(); i++) {
            if (number(parts.get(i)) != i) {
                throw UserError.failed(
                        "%s has a %s where consolidated.%02d.pth should be; the parts of a model are numbered without gaps",
                        folder, parts.get(i).getFileName(), i);
            }
        }
        return parts;
    }

    private static int number(Path part) {
        Matcher matcher = PART.matcher(part.getFileName().toString());
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    /** Reads the tokenizer, which Meta puts beside the weights or in the folder above them. */
    static Tokenizer readTokenizer(Path folder, LlamaConfig config) throws IOException {
        Path above = folder.toAbsolutePath().normalize().getParent();
        for (Path place : above == null ? List.of(folder) : List.of(folder, above)) {
            Path file = place.resolve(TOKENIZER);
            if (Files.isRegularFile(file)) {
                return HuggingFaceFolder.readTokenizer(file, config);
            }
        }
        throw UserError.failed(
                "there is no %s in %s, nor in the folder above it; Meta's models come with one", TOKENIZER, folder);
    }
}
