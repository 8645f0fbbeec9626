package org.llamadl4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.cli.Main;

/** The command line as a user types it, from a text of one's own to a sample. */
class FromTextToSampleTest {

    private static final String[] ANIMALS = {"cat", "dog", "horse", "mouse", "bird"};
    private static final String[] VERBS = {"sees", "likes", "hears", "follows"};

    @TempDir
    private Path folder;

    private final PrintStream standardOut = System.out;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void captureErrors() {
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void release() {
        System.setOut(standardOut);
        System.setErr(standardError);
    }

    @Test
    void trainsATokenizerAndAModelThatWritesLikeTheText() throws IOException {
        String text = write("text.txt", 1, 1500);
        String unseen = write("unseen.txt", 2, 100);
        String tokenizer = folder.resolve("tokenizer.model").toString();
        String data = folder.resolve("data").toString();
        String run = folder.resolve("run").toString();
        String model = folder.resolve("run").resolve("model").toString();

        String config = Files.writeString(folder.resolve("small.yaml"), """
                        model: { preset: 260k, layers: 2, contextLength: 64 }
                        optimizer: { learningRate: 1e-2 }
                        schedule: { steps: 60 }
                        batch: { microBatchTokens: 512, batchTokens: 512 }
                        """).toString();

        llama("tokenizer", "train", "--input", text, "--vocab-size", "300", "--out", tokenizer);
        llama("prepare", "--input", text, "--tokenizer", tokenizer, "--out", data, "--validation", "0.1");
        String printed = llama("train", "--data", data, "--config", config, "--out", run);
        assertThat(printed).isEqualTo(model + System.lineSeparator());

        String sample = llama(
                "generate",
                model,
                "--prompt",
                "the cat",
                "--max-new-tokens",
                "40",
                "--temperature",
                "0.7",
                "--seed",
                "1");
        assertThat(sample).startsWith("the cat");
        assertThat(sample.lines().skip(1).limit(2))
                .as("whole sentences of %s", sample)
                .hasSize(2)
                .allMatch(line -> line.matches("the %1$s %2$s the %1$s\\.".formatted(oneOf(ANIMALS), oneOf(VERBS))));

        JsonNode score = new JsonMapper().readTree(llama("perplexity", model, "--input", unseen, "--json"));
        double natsPerSentence = Math.log(ANIMALS.length * VERBS.length * ANIMALS.length);
        double floor = natsPerSentence * 100 / Files.size(Path.of(unseen));
        assertThat(score.get("nats_per_byte").asDouble())
                .as("the entropy of the text is %.3f nats a byte", floor)
                .isBetween(floor, 1.5 * floor);
    }

    /** Runs one command, which must succeed, and returns what it printed. */
    private String llama(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(Main.run(arguments))
                .as("llama %s: %s", String.join(" ", arguments), err.toString(StandardCharsets.UTF_8))
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private String write(String name, int seed, int sentences) throws IOException {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sentences; i++) {
            text.append(
                    "the %s %s the %s.\n".formatted(any(ANIMALS, random), any(VERBS, random), any(ANIMALS, random)));
        }
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static String oneOf(String[] words) {
        return "(" + String.join("|", words) + ")";
    }

    private static String any(String[] words, Random random) {
        return words[random.nextInt(words.length)];
    }
}
