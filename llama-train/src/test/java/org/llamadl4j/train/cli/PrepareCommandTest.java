package org.llamadl4j.train.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.CapturedOutput;
import org.llamadl4j.model.cli.Main;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.train.data.TokenDataset;

class PrepareCommandTest {

    @RegisterExtension
    final CapturedOutput console = new CapturedOutput();

    @TempDir
    Path dir;

    @BeforeEach
    void textAndTokenizer() throws IOException {
        StringBuilder story = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            story.append("The fox number ").append(i).append(" saw a bird and a tree.\n");
        }
        Files.writeString(dir.resolve("story.txt"), story);
        BpeTrainer.builder()
                .vocabSize(310)
                .build()
                .train(List.of(story.toString()))
                .write(dir.resolve("tok.model"));
    }

    @Test
    void aTextBecomesADataset() throws IOException {
        assertThat(prepare("--input", at("story.txt"), "--validation", "0.1")).isZero();
        assertThat(console.out()).contains("train  ", "validation  ", at("data") + " is ready");
        TokenDataset dataset = TokenDataset.open(dir.resolve("data"));
        assertThat(dataset.tokenizerFile()).hasSameBinaryContentAs(dir.resolve("tok.model"));
        int[] ids = new int[Math.toIntExact(dataset.validation().tokens())];
        dataset.validation().read(0, ids, 0, ids.length);
        SentencePieceTokenizer tokenizer = SentencePieceTokenizer.read(dataset.tokenizerFile());
        String story = Files.readString(dir.resolve("story.txt"));
        assertThat(tokenizer.decode(Arrays.copyOfRange(ids, 1, ids.length - 1)))
                .isEqualTo(story.substring((int) (story.length() * 0.9)));
    }

    @Test
    void theResultIsOneJsonObjectWhereWanted() throws IOException {
        Files.writeString(dir.resolve("a.jsonl"), "{\"text\": \"a fox\"}\n{\"text\": \"a bird\"}\n");
        Files.writeString(dir.resolve("b.txt"), "a tree");
        assertThat(prepare("--input", at("a.jsonl"), at("b.txt"), "--validation-input", at("b.txt"), "--json"))
                .isZero();
        JsonNode result = new ObjectMapper().readTree(console.out());
        assertThat(result.at("/train/documents").asInt()).isEqualTo(2);
        assertThat(result.at("/train/bytes").asInt()).isEqualTo(11);
        assertThat(result.at("/validation/documents").asInt()).isEqualTo(1);
        assertThat(result.at("/digest").asText())
                .isEqualTo(TokenDataset.open(dir.resolve("data")).digest());
    }

    @Test
    void wrongInputIsOneLineAndNoDataset() throws IOException {
        Files.write(dir.resolve("bad.txt"), new byte[] {'o', 'k', (byte) 0xFF});
        Files.writeString(dir.resolve("bad.jsonl"), "{\"text\": \"ok\"}\n{\"text\": }\n");
        Files.write(dir.resolve("cut.model"), Arrays.copyOf(Files.readAllBytes(dir.resolve("tok.model")), 1000));
        assertFails(1, "nowhere.txt does not exist", "--input", at("nowhere.txt"));
        assertFails(1, "bad.txt: byte 2 is not valid UTF-8", "--input", at("bad.txt"));
        assertFails(1, "bad.jsonl, line 2: ", "--input", at("bad.jsonl"));
        assertFails(2, "--validation", "--input", at("story.txt"), "--validation", "1.5");
        assertFails(
                2, "exclusive", "--input", at("story.txt"), "--validation", "0", "--validation-input", at("bad.txt"));
        assertFails(1, "cut.model", "--input", at("story.txt"), "--tokenizer", at("cut.model"));
        assertThat(prepare("--input", at("bad.txt"), "--validation", "0", "--replace-invalid-utf8"))
                .isZero();
    }

    @Test
    void aFewDocumentsNoneHeldOutIsSaid() throws IOException {
        Files.writeString(dir.resolve("a.jsonl"), "{\"text\": \"a fox\"}\n{\"text\": \"a bird\"}\n");
        assertThat(prepare("--input", at("a.jsonl"), "--validation", "0.000001"))
                .isZero();
        assertThat(console.err()).contains("None of the 2 documents is held out", "--validation-input");
    }

    private void assertFails(int status, String message, String... arguments) {
        console.clearErr();
        assertThat(prepare(arguments)).as(message).isEqualTo(status);
        assertThat(console.err()).contains(message).doesNotContain("\tat ");
        assertThat(dir.resolve("data")).doesNotExist();
    }

    private int prepare(String... arguments) {
        List<String> line = new ArrayList<>(List.of("prepare", "--out", at("data")));
        line.addAll(List.of(arguments));
        if (!line.contains("--tokenizer")) {
            line.addAll(List.of("--tokenizer", at("tok.model")));
        }
        return Main.run(line.toArray(String[]::new));
    }

    private String at(String name) {
        return dir.resolve(name).toString();
    }
}
