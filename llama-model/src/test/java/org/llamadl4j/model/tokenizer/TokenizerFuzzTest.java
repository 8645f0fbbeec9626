package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llamadl4j.model.DamagedFiles;
import org.llamadl4j.model.error.UserError;

/**
 * Valid tokenizers of each format with bytes changed: each opens and encodes and decodes text, or is refused with one
 * {@link UserError}.
 */
class TokenizerFuzzTest {

    private static final String TEXT = "<s>the thing<|eot_id|> größe 中 😀 I'll  \r\n 1234\uD800";

    /** What a mutation puts in: numbers without end, nesting without end, words of the formats. */
    private static final String[] NASTY = {
        "-1",
        "0",
        "1e9",
        "2147483648",
        "99999999999999999999",
        "1.5",
        "null",
        "true",
        "[",
        "]",
        "{",
        "}",
        "\"",
        ":",
        ",",
        "\\",
        "\\u0000",
        "\\ud800",
        "\\u2581",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "{\"a\":{\"a\":{\"a\":",
        "\u2581",
        "\u0120",
        " ",
        "\n",
        "\u0000",
        "<0x41>",
        "<|eot_id|>",
        "\"vocab\":{",
        "\"merges\":[",
        "\"id\":",
        "=",
        "AA==",
        "/w=="
    };

    @TempDir
    Path folder;

    /** A format, and the file of a small tokenizer in it. */
    private enum Format {
        SENTENCE_PIECE("tokenizer.model"),
        TIKTOKEN("tokenizer.model"),
        BYTE_LEVEL_JSON("tokenizer.json"),
        SENTENCE_PIECE_JSON("tokenizer.json"),
        CONFIG("tokenizer_config.json");

        private final String file;

        Format(String file) {
            this.file = file;
        }

        private byte[] valid() throws IOException {
            SentencePieceTokenizer model =
                    BpeTrainer.builder().vocabSize(275).build().train(List.of("the thing in the ring"));
            return switch (this) {
                case SENTENCE_PIECE -> model.model().message().toByteArray();
                case TIKTOKEN -> utf8(SmallByteLevel.tiktoken());
                case BYTE_LEVEL_JSON -> utf8(SmallByteLevel.json().toString());
                case SENTENCE_PIECE_JSON ->
                    utf8(TokenizerJsonFiles.sentencePiece(
                                    model.model().pieces(),
                                    TokenizerJsonFiles.mergesOfScores(
                                            model.model().pieces(), false))
                            .toString());
                case CONFIG -> utf8("""
                        {"add_bos_token":true,"bos_token":{"content":"<|begin_of_text|>","lstrip":false},
                        "chat_template":[{"name":"default","template":"{{ bos_token }}"},{"name":"x","template":""}],
                        "eos_token":"<|eot_id|>","model_max_length":100}
                        """);
            };
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource
    void anyMutationIsReadOrRefused(Format format) throws IOException {
        byte[] valid = format.valid();
        if (format == Format.CONFIG) {
            Files.write(folder.resolve("tokenizer.json"), Format.BYTE_LEVEL_JSON.valid());
        }
        Path path = folder.resolve(format.file);
        Files.write(path, valid);
        use(TokenizerFile.read(folder));
        DamagedFiles.read(
                folder,
                0.2,
                random -> DamagedFiles.overwrite(path, mutate(valid, random)),
                place -> use(TokenizerFile.read(place)));
    }

    private static void use(Tokenizer tokenizer) {
        tokenizer.decode(tokenizer.encode(TEXT));
        tokenizer.decode(tokenizer.encodeWithSpecials(TEXT));
        assertThat(tokenizer.bosId()).isBetween(0, tokenizer.vocabSize() - 1);
        assertThat(tokenizer.eosIds()).allMatch(id -> id >= 0 && id < tokenizer.vocabSize());
    }

    /** One to three changes, fewer where nothing is left to change. */
    private static byte[] mutate(byte[] valid, SplittableRandom random) {
        byte[] bytes = valid.clone();
        for (int change = random.nextInt(3); change >= 0 && bytes.length > 0; change--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = splice(bytes, at, at, utf8(NASTY[random.nextInt(NASTY.length)]));
                case 3 -> {
                    int end = Math.min(bytes.length, at + random.nextInt(20));
                    bytes = splice(bytes, at, end, utf8(NASTY[random.nextInt(NASTY.length)]));
                }
                case 4 -> {
                    int from = random.nextInt(valid.length);
                    int to = Math.min(valid.length, from + random.nextInt(60));
                    bytes = splice(bytes, at, at, Arrays.copyOfRange(valid, from, to));
                }
                default ->
                    bytes = random.nextInt(4) == 0
                            ? Arrays.copyOf(bytes, at + 1)
                            : splice(bytes, at, at + 1, new byte[0]);
            }
        }
        return bytes;
    }

    /** {@code bytes} with those from {@code from} to {@code to} replaced. */
    private static byte[] splice(byte[] bytes, int from, int to, byte[] replacement) {
        byte[] spliced = Arrays.copyOf(bytes, bytes.length - (to - from) + replacement.length);
        System.arraycopy(replacement, 0, spliced, from, replacement.length);
        System.arraycopy(bytes, to, spliced, from + replacement.length, bytes.length - to);
        return spliced;
    }
}
