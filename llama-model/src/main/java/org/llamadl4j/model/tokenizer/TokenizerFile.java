package org.llamadl4j.model.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.llamadl4j.model.error.UserError;

/** Opens a tokenizer of any format that is read here; the content of a file tells its format, not its name. */
public final class TokenizerFile {

    /** How much of a file tells its format. */
    private static final int HEAD_BYTES = 64;

    private enum Format {
        JSON,
        TIKTOKEN,
        SENTENCE_PIECE
    }

    private TokenizerFile() {}

    /**
     * Opens the tokenizer at {@code path}: a SentencePiece {@code tokenizer.model}, one in the format of tiktoken, a
     * {@code tokenizer.json}, or a folder with such files. In a folder the {@code tokenizer.json} counts. {@code
     * tokenizer_config.json} and other files beside it say how models use the tokenizer.
     *
     * @throws UserError if there is none, it is damaged, or it is one that cannot be followed exactly
     */
    public static Tokenizer read(Path path) throws IOException {
        Path file = Files.isDirectory(path) ? fileIn(path) : path;
        ConfiguredTokenizer tokenizer = readFile(file);
        Path folder = file.toAbsolutePath().getParent();
        TokenizerSettings settings = TokenizerConfig.read(folder, tokenizer);
        if (settings.bosId() < 0 || settings.eosId() < 0) {
            throw UserError.failed(
                    "%s does not say which token %s a document; %s in a tokenizer_config.json beside it would",
                    file, settings.bosId() < 0 ? "begins" : "ends", settings.bosId() < 0 ? "bos_token" : "eos_token");
        }
        return tokenizer.with(settings);
    }

    /**
     * Writes the files of {@code tokenizer} into {@code folder}, as a model folder has them.
     *
     * @param contextLength of the model, for programs that ask
     */
    public static void write(Path folder, Tokenizer tokenizer, int contextLength) throws IOException {
        tokenizer.write(folder.resolve(tokenizer.fileName()));
        TokenizerConfig.write(folder, tokenizer, OptionalInt.of(contextLength));
    }

    /**
     * Writes what the tokenizer's own file cannot say beside it, and returns that file.
     *
     * @param folder where the tokenizer's own file is
     */
    public static Path writeSettings(Path folder, Tokenizer tokenizer) throws IOException {
        TokenizerConfig.write(folder, tokenizer, OptionalInt.empty());
        return folder.resolve(TokenizerConfig.FILE);
    }

    private static Path fileIn(Path folder) {
        for (String name : new String[] {TokenizerJson.FILE, SentencePieceTokenizer.FILE}) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        throw UserError.failed(
                "there is no %s in %s, nor a %s; a model folder has one of them",
                SentencePieceTokenizer.FILE, folder, TokenizerJson.FILE);
    }

    private static ConfiguredTokenizer readFile(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw UserError.failed(
                    "%s: %s; a tokenizer.model or tokenizer.json file is needed",
                    file, Files.exists(file) ? "not a file" : "no such file");
        }
        return switch (format(file)) {
            case JSON -> readJson(file);
            case TIKTOKEN -> TiktokenFile.read(file);
            case SENTENCE_PIECE -> SentencePieceTokenizer.read(file);
        };
    }

    /** A SentencePiece model begins with the tag of its first piece, a byte that no other format begins with. */
    private static Format format(Path file) throws IOException {
        byte[] head;
        try (InputStream input = Files.newInputStream(file)) {
            head = input.readNBytes(HEAD_BYTES);
        }
        if (head.length > 0 && head[0] == '{' || file.toString().endsWith(".json")) {
            return Format.JSON;
        }
        boolean isText = head.length > 0 && head[0] > ' ';
        for (byte value : head) {
            isText &= value >= ' ' && value <= '~' || value == '\r' || value == '\n';
        }
        return isText ? Format.TIKTOKEN : Format.SENTENCE_PIECE;
    }

    private static ConfiguredTokenizer readJson(Path file) throws IOException {
        TokenizerJson json = TokenizerJson.read(file);
        if (ByteLevelJson.describes(json)) {
            return ByteLevelJson.tokenizer(json);
        }
        return SentencePieceJson.tokenizer(json, besideJson(file));
    }

    /** The SentencePiece model from which a {@code tokenizer.json} was made, where it is still there. */
    private static Optional<SentencePieceTokenizer> besideJson(Path json) throws IOException {
        Path file = json.resolveSibling(SentencePieceTokenizer.FILE);
        return Files.isRegularFile(file) && format(file) == Format.SENTENCE_PIECE
                ? Optional.of(SentencePieceTokenizer.read(file))
                : Optional.empty();
    }
}
