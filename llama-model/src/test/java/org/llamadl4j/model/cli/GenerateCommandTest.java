package org.llamadl4j.model.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.CapturedOutput;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;

class GenerateCommandTest {

    @TempDir
    static Path folder;

    private static String model;

    @RegisterExtension
    final CapturedOutput console = new CapturedOutput();

    @BeforeAll
    static void writeModel() {
        Tokenizer tokenizer = BpeTrainer.builder()
                .vocabSize(280)
                .build()
                .train(List.of("the cat sat on the mat, the cat ate the rat, größer"));
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
            LlamaWeights weights = LlamaWeights.initialise(config, 9, kernels);
            HuggingFaceFolder.write(folder.resolve("model"), new LlamaModel(config, weights, tokenizer, kernels));
        }
        model = folder.resolve("model").toString();
    }

    private JsonNode generateJson(String... more) throws IOException {
        console.clearOut();
        String[] arguments = new String[more.length + 5];
        System.arraycopy(new String[] {"generate", model, "--json", "--prompt", "the größer"}, 0, arguments, 0, 5);
        System.arraycopy(more, 0, arguments, 5, more.length);
        assertThat(Main.run(arguments)).isZero();
        return new JsonMapper().readTree(console.out());
    }

    @Test
    void printsPromptAndContinuation() throws IOException {
        assertThat(Main.run("generate", model, "--prompt", "the größer", "--max-new-tokens", "8", "--seed", "3"))
                .isZero();
        String text = console.out();
        JsonNode json = generateJson("--max-new-tokens", "8", "--seed", "3");
        assertThat(text)
                .isEqualTo(json.get("prompt").asText() + json.get("text").asText() + System.lineSeparator());
        assertThat(json.get("prompt").asText()).isEqualTo("the größer");
        assertThat(json.get("new_tokens").asInt()).isBetween(1, 8);
        assertThat(json.get("seed").asLong()).isEqualTo(3);
        assertThat(json.get("stop_reason").asText()).isIn("length", "end_of_text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "f16", "bf16", "q8_0"})
    void computesWithWeightsOfTheTypeThatIsAskedFor(String type) throws IOException {
        JsonNode json = generateJson("--temperature", "0", "--max-new-tokens", "3", "--weights", type);
        assertThat(json.get("new_tokens").asInt()).isBetween(0, 3);
    }

    @Test
    void namesTheTypesOfWeightsThereAre() {
        assertThat(Main.run("generate", model, "--prompt", "the", "--weights", "q4_0"))
                .isEqualTo(2);
        assertThat(console.err()).contains("--weights").contains("F16", "Q8_0");
    }

    @Test
    void stopsAtTheContext() throws IOException {
        JsonNode json = generateJson("--temperature", "0", "--max-new-tokens", "1000");
        assertThat(json.get("stop_reason").asText()).isIn("context", "end_of_text");
        assertThat(json.get("prompt_tokens").asInt() + json.get("new_tokens").asInt())
                .isLessThanOrEqualTo(32);
    }

    @Test
    void endsBeforeAStopString() throws IOException {
        String text = generateJson("--temperature", "0").get("text").asText();
        String stop = text.substring(5, 7);
        JsonNode json = generateJson("--temperature", "0", "--stop", "no such text", "--stop", stop);
        assertThat(json.get("text").asText()).isEqualTo(text.substring(0, text.indexOf(stop)));
        assertThat(json.get("stop_reason").asText()).isEqualTo("stop_string");
    }

    @Test
    void everyOptionOfSamplingCounts() throws IOException {
        String text = generateJson("--seed", "5", "--top-p", "1").get("text").asText();
        assertThat(generateJson("--seed", "5", "--top-p", "1", "--min-p", "0.9")
                        .get("text")
                        .asText())
                .isNotEqualTo(text);
        assertThat(generateJson("--seed", "5", "--top-p", "1", "--repetition-penalty", "3")
                        .get("text")
                        .asText())
                .isNotEqualTo(text);
        assertThat(generateJson("--seed", "5", "--top-p", "1", "--cache", "2")
                        .get("text")
                        .asText())
                .isNotEqualTo(text);
        assertThat(generateJson("--seed", "5", "--top-p", "1", "--cache", "1000000000")
                        .get("text")
                        .asText())
                .isEqualTo(text);
    }

    @Test
    void drawsAnotherSeedEachTimeAndTellsIt() throws IOException {
        assertThat(generateJson().get("seed").asLong())
                .isNotEqualTo(generateJson().get("seed").asLong());
    }

    @ParameterizedTest
    @CsvSource({
        "--temperature, -1, temperature",
        "--temperature, hot, temperature",
        "--top-p, 1.5, top-p",
        "--top-k, -2, top-k",
        "--max-new-tokens, -5, max-new-tokens",
        "--min-p, 2, min-p",
        "--repetition-penalty, 0, repetition-penalty",
        "--stop, '', stop string",
        "--cache, 0, --cache",
        "--threads, -1, --threads",
        "--seed, x, seed",
        "--topk, 5, --topk"
    })
    void refusesBadValues(String option, String value, String word) {
        assertThat(Main.run("generate", model, "--prompt", "the", option, value))
                .isEqualTo(2);
        assertThat(console.out()).isEmpty();
        assertThat(console.err()).contains(word).doesNotContain("\tat ");
    }

    @Test
    void refusesToStartWithoutPromptOrModel() {
        assertThat(Main.run("generate", model)).isEqualTo(2);
        assertThat(console.err()).contains("--prompt");
        assertThat(Main.run("generate", folder.resolve("none").toString(), "--prompt", "the"))
                .isEqualTo(1);
        assertThat(console.err()).contains("there is no model folder");
        assertThat(console.out()).isEmpty();
    }
}
