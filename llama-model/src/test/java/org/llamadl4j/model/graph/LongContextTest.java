package org.llamadl4j.model.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.generate.DecoderPass;
import org.llamadl4j.model.generate.KvCache;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.plan.ExecutionPlan;

/** Models of the shape of Llama 2, 3.1 and 3.2 against PyTorch in float64, over a sequence of 8,231 tokens. */
class LongContextTest {

    private static final Kernels KERNELS = CpuKernels.create();

    @TempDir
    Path scratch;

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    @ParameterizedTest
    @CsvSource({
        "llama2, ADJACENT",
        "llama2, HALVES",
        "llama2-linear, ADJACENT",
        "llama2-linear, HALVES",
        "llama3.1, ADJACENT",
        "llama3.1, HALVES",
        "llama3.2, ADJACENT",
        "llama3.2, HALVES"
    })
    void logitsAreThoseOfPyTorchNearAndFar(String name, RotaryPairs pairs) throws IOException {
        GoldenLongModel golden = GoldenLongModel.open(name, scratch);
        float[] logits = logits(golden, golden.weights(pairs, KERNELS));
        int vocabSize = golden.config().vocabSize();
        for (int p = 0; p < golden.positions().length; p++) {
            assertThat(RelativeError.of(
                            Arrays.copyOfRange(logits, p * vocabSize, (p + 1) * vocabSize),
                            Arrays.copyOfRange(golden.logits(), p * vocabSize, (p + 1) * vocabSize)))
                    .as("position %d", golden.positions()[p])
                    .isLessThan(1e-4);
        }
    }

    /** That the numbers above could not come out right without it. */
    @ParameterizedTest
    @ValueSource(strings = {"llama2-linear", "llama3.1", "llama3.2"})
    void scalingShowsInTheLogits(String name) throws IOException {
        GoldenLongModel golden = GoldenLongModel.open(name, scratch);
        GoldenLongModel unscaled = new GoldenLongModel(
                golden.config().withRopeScaling(RopeScaling.NONE), golden.positions(), golden.logits());
        float[] logits = logits(unscaled, unscaled.weights(RotaryPairs.ADJACENT, KERNELS));
        assertThat(RelativeError.of(logits, golden.logits())).isGreaterThan(0.1);
    }

    /** A prompt of 8,000 tokens in chunks, then a token at a time. */
    @ParameterizedTest
    @CsvSource({"llama2, HALVES", "llama3.1, ADJACENT"})
    void logitsOverACacheAreThoseOfPyTorchNearAndFar(String name, RotaryPairs pairs) throws IOException {
        GoldenLongModel golden = GoldenLongModel.open(name, scratch);
        int[] tokens = golden.tokens();
        int vocabSize = golden.config().vocabSize();
        KvCache cache = new KvCache(golden.config(), 1, golden.time(), KERNELS);
        DecoderPass pass = new DecoderPass(golden.weights(pairs, KERNELS), cache, KERNELS);
        int[] predicted = new int[1];
        for (int t = 0; t < tokens.length; t++) {
            pass.add(0, tokens[t], Arrays.binarySearch(golden.positions(), t) >= 0);
            if (pass.room() == 0 || t >= 8000 || t == tokens.length - 1) {
                pass.run(prediction -> {
                    int p = predicted[0]++;
                    assertThat(prediction.position()).isEqualTo(golden.positions()[p]);
                    assertThat(RelativeError.of(
                                    prediction.logits(),
                                    Arrays.copyOfRange(golden.logits(), p * vocabSize, (p + 1) * vocabSize)))
                            .as("position %d", golden.positions()[p])
                            .isLessThan(1e-4);
                });
            }
        }
        assertThat(predicted[0]).isEqualTo(golden.positions().length);
    }

    private static float[] logits(GoldenLongModel golden, LlamaWeights weights) {
        LlamaGraph graph = LlamaGraph.of(golden.config(), weights.rotaryPairs(), 1, golden.time());
        int count = golden.positions().length;
        int vocabSize = golden.config().vocabSize();
        String name = graph.addLogits(count).name();
        Tensor logits = new Tensor(KERNELS.allocate(ElementType.FLOAT32, (long) count * vocabSize), count, vocabSize);
        Map<String, Tensor> bound = new HashMap<>(weights.tensors());
        bound.put(LlamaGraph.TOKENS, ints(golden.tokens()));
        bound.put(LlamaGraph.LOGIT_ROWS, ints(golden.positions()));
        bound.put(name, logits);
        ExecutionPlan.compile(graph.getSameDiff(), bound, KERNELS).run();
        float[] values = new float[count * vocabSize];
        KERNELS.read(logits.buffer(), 0, values, 0, values.length);
        return values;
    }

    private static Tensor ints(int[] values) {
        Tensor tensor = new Tensor(KERNELS.allocate(ElementType.INT32, values.length), values.length);
        KERNELS.write(values, 0, tensor.buffer(), 0, values.length);
        return tensor;
    }
}
