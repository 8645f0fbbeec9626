package org.llamadl4j.model.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.GradientPass;
import org.llamadl4j.model.LossPass;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.plan.ExecutionPlan;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The whole model against PyTorch in float64, and the hand-written gradient against SameDiff's own. */
class LlamaGradientTest {

    private static final Kernels KERNELS = CpuKernels.create(2);

    @ParameterizedTest
    @CsvSource({
        "plain, SAVE_LINEAR",
        "plain, SAVE_ALL",
        "plain, RECOMPUTE_LAYER",
        "grouped, SAVE_LINEAR",
        "grouped, SAVE_ALL",
        "grouped, RECOMPUTE_LAYER"
    })
    void lossAndEveryGradientAreThoseOfPyTorch(String name, ActivationPolicy policy) {
        try (GoldenModel golden = GoldenModel.open(name)) {
            LlamaWeights weights = golden.weights(KERNELS);
            LlamaWeights gradients = LlamaWeights.zeros(golden.config(), KERNELS);
            GradientPass pass = new GradientPass(weights, gradients, golden.batch(), golden.time(), policy, KERNELS);
            double loss = pass.run(golden.ids("tokens"), golden.ids("targets"), 1);

            assertThat(loss).isCloseTo(golden.doubles("loss")[0], within(1e-5));
            for (String weight : gradients.names()) {
                assertThat(RelativeError.of(read(gradients.get(weight)), golden.doubles("gradient." + weight)))
                        .as(weight)
                        .isLessThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "grouped"})
    void logitsAndTokenLossesAreThoseOfPyTorch(String name) {
        try (GoldenModel golden = GoldenModel.open(name)) {
            LlamaWeights weights = golden.weights(KERNELS);
            assertThat(RelativeError.of(logits(golden, weights), golden.doubles("logits")))
                    .isLessThan(1e-5);

            LossPass pass = new LossPass(weights, golden.batch(), golden.time(), KERNELS);
            float[] tokenLoss = pass.run(golden.ids("tokens"), golden.ids("targets"));
            assertThat(RelativeError.of(tokenLoss, golden.doubles("token_loss")))
                    .isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "grouped"})
    void rowsInTheOrderOfHuggingFaceGiveTheSameLogits(String name) {
        try (GoldenModel golden = GoldenModel.open(name)) {
            LlamaWeights weights = golden.weightsOfHuggingFace(KERNELS);
            assertThat(RelativeError.of(logits(golden, weights), golden.doubles("logits")))
                    .isLessThan(1e-5);
        }
    }

    /** Random shapes, sequence length 1 and odd sizes among them; see {@link RelativeError#ofPart} for the measure. */
    @Property(tries = 10)
    void theHandWrittenGradientIsTheOneThatSameDiffDerives(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 37) int time,
            @ForAll boolean grouped,
            @ForAll boolean wideHeads,
            @ForAll boolean tied) {
        RopeScaling scaling = wideHeads ? new RopeScaling.Llama3(8, 1, 4, 64) : RopeScaling.NONE;
        LlamaConfig config =
                new LlamaConfig(24, 2, 4, grouped ? 2 : 4, wideHeads ? 10 : 0, 35, 29, 64, 1e-5, 10000, scaling, tied);
        LlamaWeights weights = LlamaWeights.initialise(config, seed, KERNELS);
        Random random = new Random(seed);
        int[] tokens = random.ints((long) batch * time, 0, config.vocabSize()).toArray();
        int[] targets = random.ints((long) batch * time, 0, config.vocabSize()).toArray();
        Map<String, float[]> expected = gradientsOfSameDiff(config, batch, time, weights, tokens, targets);
        double wholeNorm = RelativeError.norm(expected.values());

        for (ActivationPolicy policy : ActivationPolicy.values()) {
            LlamaWeights gradients = LlamaWeights.zeros(config, KERNELS);
            new GradientPass(weights, gradients, batch, time, policy, KERNELS).run(tokens, targets, 1);
            for (String weight : gradients.names()) {
                assertThat(RelativeError.ofPart(read(gradients.get(weight)), expected.get(weight), wholeNorm))
                        .as("%s under %s", weight, policy)
                        .isLessThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "grouped"})
    void microBatchesAddUp(String name) {
        try (GoldenModel golden = GoldenModel.open(name)) {
            LlamaWeights weights = golden.weights(KERNELS);
            LlamaWeights gradients = LlamaWeights.zeros(golden.config(), KERNELS);
            int time = golden.time();
            GradientPass pass = new GradientPass(weights, gradients, 1, time, ActivationPolicy.SAVE_LINEAR, KERNELS);
            int[] tokens = golden.ids("tokens");
            int[] targets = golden.ids("targets");
            long counted = Arrays.stream(targets).filter(target -> target >= 0).count();
            for (int i = 0; i < golden.batch(); i++) {
                int[] rowTargets = Arrays.copyOfRange(targets, i * time, (i + 1) * time);
                long inRow =
                        Arrays.stream(rowTargets).filter(target -> target >= 0).count();
                pass.run(Arrays.copyOfRange(tokens, i * time, (i + 1) * time), rowTargets, (double) inRow / counted);
            }
            for (String weight : gradients.names()) {
                assertThat(RelativeError.of(read(gradients.get(weight)), golden.doubles("gradient." + weight)))
                        .as(weight)
                        .isLessThan(1e-5);
            }
        }
    }

    private static float[] logits(GoldenModel golden, LlamaWeights weights) {
        LlamaGraph graph = LlamaGraph.of(golden.config(), weights.rotaryPairs(), golden.batch(), golden.time());
        int rows = graph.rows();
        String name = graph.addLogits(rows).name();
        int vocabSize = golden.config().vocabSize();
        Tensor logits = new Tensor(KERNELS.allocate(ElementType.FLOAT32, (long) rows * vocabSize), rows, vocabSize);
        Map<String, Tensor> bound = new HashMap<>(weights.tensors());
        bound.put(LlamaGraph.TOKENS, ints(golden.ids("tokens")));
        bound.put(LlamaGraph.LOGIT_ROWS, ints(IntStream.range(0, rows).toArray()));
        bound.put(name, logits);
        ExecutionPlan.compile(graph.getSameDiff(), bound, KERNELS).run();
        return read(logits);
    }

    private static Map<String, float[]> gradientsOfSameDiff(
            LlamaConfig config, int batch, int time, LlamaWeights weights, int[] tokens, int[] targets) {
        Map<String, INDArray> arrays = new HashMap<>();
        LlamaWeights.shapes(config)
                .forEach((name, shape) -> arrays.put(name, Nd4j.create(read(weights.get(name)), shape, 'c')));
        LlamaGraph graph = LlamaGraph.of(config, batch, time, arrays, KERNELS);
        graph.addLoss();
        Map<String, INDArray> placeholders = Map.of(
                LlamaGraph.TOKENS, Nd4j.createFromArray(tokens), LlamaGraph.TARGETS, Nd4j.createFromArray(targets));
        Map<String, float[]> gradients = new HashMap<>();
        graph.getSameDiff()
                .calculateGradients(placeholders, arrays.keySet())
                .forEach((name, gradient) -> gradients.put(
                        name, gradient.castTo(DataType.FLOAT).dup('c').data().asFloat()));
        return gradients;
    }

    private static Tensor ints(int[] values) {
        Tensor tensor = new Tensor(KERNELS.allocate(ElementType.INT32, values.length), values.length);
        KERNELS.write(values, 0, tensor.buffer(), 0, values.length);
        return tensor;
    }

    private static float[] read(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.size())];
        KERNELS.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }
}
