package org.llamadl4j.model.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.SmallByteLevel;
import org.llamadl4j.model.tokenizer.TokenizerFile;

/** {@code llama tokenizer} as a user types it. */
@Isolated
class TokenizerCommandTest {

    private static final String TEXT = "hello hello yellow\nfellow é 😀\n\n  below";

    private final InputStream standardInput = System.in;
    private final PrintStream standardOutput = System.out;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream error = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void trainAModel() throws Exception {
        Path text = Files.writeString(folder.resolve("text.txt"), TEXT);
        model = folder.resolve("tokenizer.model");
        assertThat(llama("", "train", "--input", text, "--vocab-size", 280, "--out", model))
                .isZero();
        output.reset();
    }

    @AfterEach
    void restoreTheStreams() {
        System.setIn(standardInput);
        System.setOut(standardOutput);
        System.setErr(standardError);
    }

    private int llama(String input, Object... arguments) {
        return llama(input.getBytes(StandardCharsets.UTF_8), arguments);
    }

    private int llama(byte[] input, Object... arguments) {
        System.setIn(new ByteArrayInputStream(input));
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(error, true, StandardCharsets.UTF_8));
        String[] words = new String[arguments.length + 1];
        words[0] = "tokenizer";
        for (int i = 0; i < arguments.length; i++) {
            words[i + 1] = arguments[i].toString();
        }
        return Main.run(words);
    }

    private String printed() {
        return output.toString(StandardCharsets.UTF_8);
    }

    private String messages() {
        return error.toString(StandardCharsets.UTF_8);
    }

    @Test
    void linesBecomeIdsAndComeBack() throws Exception {
        SentencePieceTokenizer tokenizer = SentencePieceTokenizer.read(model);
        String expected = TEXT.lines()
                .map(line -> Arrays.stream(tokenizer.encode(line))
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(" ")))
                .collect(Collectors.joining("\n", "", "\n"));

        assertThat(llama(TEXT, "encode", "--model", model)).isZero();
        assertThat(printed()).isEqualTo(expected);

        output.reset();
        assertThat(llama(expected, "decode", "--model", model)).isZero();
        assertThat(printed()).isEqualTo(TEXT + "\n");
    }

    @Test
    void anyKindOfTokenizerIsOpened() throws Exception {
        Path hf = Files.createDirectories(folder.resolve("hf"));
        TokenizerFile.write(hf, SmallByteLevel.tokenizer(), 100);
        Path tiktoken = Files.writeString(folder.resolve("small.tiktoken"), SmallByteLevel.tiktoken());
        for (Path path : new Path[] {hf, hf.resolve("tokenizer.json"), tiktoken}) {
            output.reset();
            assertThat(llama("the thing\n", "encode", "--model", path)).isZero();
            String ids = printed();
            output.reset();
            assertThat(llama(ids, "decode", "--model", path)).isZero();
            assertThat(printed()).isEqualTo("the thing\n");
        }
        assertThat(llama("x", "encode", "--model", Files.createDirectories(folder.resolve("empty"))))
                .isEqualTo(1);
        assertThat(messages()).contains("there is no tokenizer.model in");
    }

    @Test
    void bytesThatAreNotUtf8AreNamedByLineAndPlace() {
        byte[] input = "good \uFFFD\nbad ?\n".getBytes(StandardCharsets.UTF_8);
        input[input.length - 2] = (byte) 0xFF;
        assertThat(llama(input, "encode", "--model", model)).isEqualTo(1);
        assertThat(messages()).contains("standard input, line 2, byte 5 of the line: not UTF-8");
        assertThat(printed().lines()).hasSize(1);
    }

    @Test
    void whatIsNoIdIsNamedByLine() {
        assertThat(llama("1 2\n\n3 four", "decode", "--model", model)).isEqualTo(1);
        assertThat(messages()).contains("standard input, line 3: \"four\" is no token id", "0 to 279");
        assertThat(llama("1\n99999999999999999999 1", "decode", "--model", model))
                .isEqualTo(1);
        assertThat(messages())
                .contains("line 2: the token id 99999999999999999999 is outside the vocabulary, 0 to 279");
        assertThat(llama("280", "decode", "--model", model)).isEqualTo(1);
        assertThat(llama("-1", "decode", "--model", model)).isEqualTo(1);
    }

    @Test
    void wrongUsageEndsWithStatusTwo() {
        assertThat(llama("")).isEqualTo(2);
        assertThat(llama("", "train", "--input", folder, "--vocab-size", 280, "--out", folder))
                .isEqualTo(2);
        assertThat(messages()).contains("is a folder");
        assertThat(llama("", "train", "--input", folder, "--vocab-size", 200, "--out", model))
                .isEqualTo(2);
    }

    @Test
    void failureLeavesAnEarlierFileAsItWas() throws Exception {
        byte[] before = Files.readAllBytes(model);
        assertThat(llama("", "train", "--input", folder, "--vocab-size", 5000, "--out", model))
                .isEqualTo(1);
        assertThat(messages()).contains("5000 is too large for this text: choose at most");
        assertThat(Files.readAllBytes(model)).isEqualTo(before);
    }

    @Test
    void invalidUtf8InACorpusStopsOrIsReplaced() throws Exception {
        Path text = folder.resolve("broken.txt");
        Files.write(text, new byte[] {'a', 'b', ' ', 'a', 'b', (byte) 0xFF, '\n'});
        Path out = folder.resolve("other.model");
        assertThat(llama("", "train", "--input", text, "--vocab-size", 264, "--out", out))
                .isEqualTo(1);
        assertThat(messages()).contains("broken.txt");
        assertThat(out).doesNotExist();
        assertThat(llama(
                        "",
                        "train",
                        "--input",
                        text,
                        "--vocab-size",
                        264,
                        "--out",
                        out,
                        "--character-coverage",
                        1,
                        "--replace-invalid-utf8"))
                .isZero();
        assertThat(out).exists();
    }
}
