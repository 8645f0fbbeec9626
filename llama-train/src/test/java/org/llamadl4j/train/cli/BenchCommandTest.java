package org.llamadl4j.train.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llamadl4j.model.CapturedOutput;
import org.llamadl4j.model.cli.Main;
import org.llamadl4j.model.tokenizer.BpeTrainer;

/** {@code llama bench} as a user types it; how fast anything is stays untested. */
@Isolated
class BenchCommandTest {

    private static final String TINY = "--preset 260k --batch 1 --time 8 --vocab-size 64 --threads 1";
    private static final String ONE_ROUND = "--warm-up 1 --rounds 1";

    @RegisterExtension
    final CapturedOutput console = new CapturedOutput();

    @Test
    void trainReportsSpeedMemoryAndWhereTheTimeGoes() throws IOException {
        JsonNode result = json("train " + TINY + " --steps 51 " + ONE_ROUND);

        assertThat(fields(result))
                .contains(
                        "machine",
                        "stepSeconds",
                        "tokensPerSecond",
                        "gflops",
                        "ceilings",
                        "ceilingShare",
                        "peakResidentBytes",
                        "activationBytes",
                        "heapBytesPerStep",
                        "overheadShare",
                        "adamW",
                        "kernels",
                        "longRun");
        assertThat(result.at("/stepSeconds/median").asDouble()).isPositive();
        assertThat(result.at("/ceilings/float32MatMul/gflops/median").asDouble())
                .isPositive();
        assertThat(result.at("/ceilings/copy/gigabytesPerSecond/median").asDouble())
                .isPositive();
        assertThat(result.at("/kernels/causalAttention/callsPerStep").asDouble())
                .isEqualTo(5);
        assertThat(result.at("/longRun/steps").asInt()).isEqualTo(51);
        assertThat(result.at("/peer").isNull()).isTrue();
    }

    @Test
    void attentionSaysWhatItCounts() throws IOException {
        JsonNode result = json("attention --heads 2 --head-dim 8 --time 16 --threads 1 " + ONE_ROUND);

        assertThat(result.at("/flopsFormula").asText())
                .contains("4*K*T*(T+1)/2")
                .contains("10*K*T*(T+1)/2");
        assertThat(result.at("/shape/kvHeads").asInt()).isEqualTo(2);
        assertThat(result.at("/gflops/median").asDouble()).isPositive();
    }

    @Test
    void kernelsAreHeldAgainstTheirCeilings() throws IOException {
        JsonNode result = json("kernels " + TINY + " " + ONE_ROUND);

        assertThat(result.at("/products").findValuesAsText("kernel"))
                .contains("linear", "linearGradient", "crossEntropyGradient");
        assertThat(result.at("/memoryBound").findValuesAsText("kernel"))
                .contains("rmsNorm", "rope", "swiGlu", "embedding", "adamW");
        assertThat(result.at("/products/0/ceilingShare").asDouble()).isPositive();
        assertThat(result.at("/oneRow").findValuesAsText("weights")).contains("float32", "float16", "bfloat16", "q8_0");
        assertThat(result.at("/oneRow/0/readShare").asDouble()).isPositive();
    }

    @Test
    void prefillIsHeldAgainstTheProduct() throws IOException {
        JsonNode result = json("prefill --preset 260k --prompt-tokens 9 --threads 1 " + ONE_ROUND);

        assertThat(result.at("/promptTokens").asInt()).isEqualTo(9);
        assertThat(result.at("/model/dim").asInt()).isEqualTo(64);
        assertThat(result.at("/tokensPerSecond/median").asDouble()).isPositive();
        assertThat(result.at("/seconds/median").asDouble()
                        * result.at("/tokensPerSecond/median").asDouble())
                .isCloseTo(9, within(1e-6));
        assertThat(result.at("/ceilingShare").asDouble()).isPositive();
    }

    @Test
    void decodeIsHeldAgainstReading() throws IOException {
        JsonNode result = json("decode --preset 260k --weights bf16 --new-tokens 3 --threads 1 " + ONE_ROUND);

        assertThat(result.at("/model/weightType").asText()).isEqualTo("BFLOAT16");
        double rate = result.at("/tokensPerSecond/median").asDouble();
        double bytes = result.at("/model/weightBytesPerToken").asDouble();
        assertThat(result.at("/gigabytesPerSecond/median").asDouble()).isCloseTo(1e-9 * rate * bytes, within(1e-6));
        assertThat(result.at("/readShare").asDouble()).isPositive();
    }

    @Test
    void theTokenizerEncodesAndTrains(@TempDir Path folder) throws IOException {
        String text = "hello hello yellow\nfellow below";
        Path input = Files.writeString(folder.resolve("text.txt"), text);
        Path model = folder.resolve("tokenizer.model");
        BpeTrainer.builder().vocabSize(275).build().train(List.of(text)).write(model);

        JsonNode result =
                json("tokenizer --model %s --input %s --train --vocab-size 275 %s".formatted(model, input, ONE_ROUND));

        assertThat(result.at("/bytes").asInt()).isEqualTo(text.length());
        assertThat(result.at("/tokens").asInt()).isBetween(5, text.length() + 1);
        assertThat(result.at("/coldMegabytesPerSecond/median").asDouble()).isPositive();
        assertThat(result.at("/warmMegabytesPerSecond/median").asDouble()).isPositive();
        assertThat(result.at("/trainSeconds/median").asDouble()).isPositive();
    }

    @Test
    void withoutJsonItPrintsATable() {
        assertThat(bench("attention --heads 2 --head-dim 8 --time 16 --threads 1 " + ONE_ROUND))
                .isZero();

        assertThat(console.out()).contains("2 heads of 8", "forward and backward", "of ceiling");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                                     | train, attention, kernels, prefill, decode and tokenizer
                    flops                                  | flops
                    train --preset 3m                      | no preset is called '3m'
                    train --rounds 0                       | 0 measured rounds
                    train --threads -1                     | --threads must be 1 or more
                    train --batch 0                        | at least 1
                    train --steps 50                       | after step 50
                    train --peer pen-and-paper             | -Ppeers
                    attention --heads 3 --kv-heads 2       | 3 heads
                    prefill --prompt-tokens 0              | a prompt of 0 tokens
                    decode --preset 260k --new-tokens 0    | 0 new tokens
                    decode folder --preset 260k            | leave one out
                    decode --preset 260k --weights q8_0    | rows of 172
                    tokenizer --model m                    | --input
                    tokenizer --model m --input i --vocab-size 9 | --train
                    """)
    void wrongUsageIsSaidInALine(String arguments, String message) {
        assertThat(bench(arguments)).isEqualTo(2);

        assertThat(console.out()).isEmpty();
        assertThat(console.err()).contains(message);
    }

    /** What stands on standard output, which is one JSON object. */
    private JsonNode json(String arguments) throws IOException {
        assertThat(bench(arguments + " --json")).as(console.err()).isZero();
        return new ObjectMapper()
                .enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(console.out());
    }

    private static List<String> fields(JsonNode object) {
        return object.propertyStream().map(java.util.Map.Entry::getKey).toList();
    }

    private static int bench(String arguments) {
        Stream<String> words = arguments.isBlank()
                ? Stream.empty()
                : Stream.of(arguments.trim().split(" +"));
        return Main.run(Stream.concat(Stream.of("bench"), words).toArray(String[]::new));
    }
}
