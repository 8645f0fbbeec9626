package org.llamadl4j.eval.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.CapturedOutput;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.cli.Main;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;

class PerplexityCommandTest {

    private static final String TEXT = "the cat sat on the mat, the cat ate the rat, größer";

    @TempDir
    static Path folder;

    private static String model;
    private static Tokenizer tokenizer;

    @RegisterExtension
    final CapturedOutput console = new CapturedOutput();

    /** A model that knows nothing: every token costs ln 280. */
    @BeforeAll
    static void writeModel() {
        tokenizer = BpeTrainer.builder().vocabSize(280).build().train(List.of(TEXT));
        LlamaConfig config = LlamaConfig.builder()
                .dim(16)
                .layers(1)
                .heads(2)
                .kvHeads(2)
                .hiddenDim(24)
                .vocabSize(280)
                .contextLength(32)
                .normEps(1e-5)
                .ropeTheta(10000)
                .build();
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaWeights weights = LlamaWeights.zeros(config, kernels);
            HuggingFaceFolder.write(folder.resolve("model"), new LlamaModel(config, weights, tokenizer, kernels));
        }
        model = folder.resolve("model").toString();
    }

    private static String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    @Test
    void printsOneJsonObject() throws IOException {
        String first = file("a.txt", TEXT);
        String second = file("b.jsonl", "{\"text\": \"the cat\"}\n{\"text\": \"the rat\"}\n");
        assertThat(Main.run("perplexity", model, "--input", first, second, "--stride", "8", "--json"))
                .isZero();
        JsonNode json = new JsonMapper().readTree(console.out());
        int tokens = tokenizer.encode(TEXT).length
                + tokenizer.encode("the cat").length
                + tokenizer.encode("the rat").length
                + 3;
        int bytes = TEXT.getBytes(StandardCharsets.UTF_8).length + 14;
        assertThat(json.get("documents").asInt()).isEqualTo(3);
        assertThat(json.get("tokens").asInt()).isEqualTo(tokens);
        assertThat(json.get("bytes").asInt()).isEqualTo(bytes);
        assertThat(json.get("perplexity").asDouble()).isCloseTo(280, within(1e-3));
        assertThat(json.get("nats_per_byte").asDouble()).isCloseTo(Math.log(280) * tokens / bytes, within(1e-5));
        assertThat(json.get("context").asInt()).isEqualTo(32);
        assertThat(json.get("stride").asInt()).isEqualTo(8);
    }

    @Test
    void computesWithWeightsOfTheTypeThatIsAskedFor() throws IOException {
        assertThat(Main.run("perplexity", model, "--input", file("a.txt", TEXT), "--weights", "q8_0", "--json"))
                .isZero();
        JsonNode json = new JsonMapper().readTree(console.out());
        assertThat(json.get("perplexity").asDouble()).isCloseTo(280, within(1e-3));
    }

    @Test
    void printsATable() throws IOException {
        assertThat(Main.run("perplexity", model, "--input", file("a.txt", TEXT)))
                .isZero();
        assertThat(console.out())
                .containsPattern("documents +1\\R")
                .containsPattern("perplexity +280\\.0")
                .contains("nats per token", "nats per byte", "bits per byte");
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertThat(Main.run("perplexity", model)).isEqualTo(2);
        assertThat(console.err()).contains("--input");
        assertThat(Main.run("perplexity", model, "--input", file("a.txt", TEXT), "--stride", "33"))
                .isEqualTo(2);
        assertThat(console.err()).contains("stride must be from 1 to the model's context of 32");
        assertThat(Main.run(
                        "perplexity", model, "--input", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(console.err()).contains("none does not exist");
        Files.write(folder.resolve("bad.txt"), new byte[] {'a', (byte) 0xff});
        assertThat(Main.run(
                        "perplexity",
                        model,
                        "--input",
                        folder.resolve("bad.txt").toString()))
                .isEqualTo(1);
        assertThat(console.err()).contains("bad.txt");
        assertThat(Main.run(
                        "perplexity",
                        model,
                        "--input",
                        folder.resolve("bad.txt").toString(),
                        "--replace-invalid-utf8"))
                .isZero();
    }
}
