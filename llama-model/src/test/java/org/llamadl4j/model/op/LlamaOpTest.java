package org.llamadl4j.model.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.nd4j.autodiff.samediff.InferenceFactory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every op as a node of an ordinary SameDiff graph: what a session computes, and the gradients that SameDiff derives
 * through {@code doDiff}, against float64.
 */
class LlamaOpTest {

    private static final double TOLERANCE = 1e-5;
    private static final Kernels KERNELS = CpuKernels.create(2);

    @Property(tries = 10)
    void linear(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int n, @ForAll @IntRange(min = 1, max = 40) int i) {
        int o = 1 + (int) Math.floorMod(seed, 33L);
        Graph graph = new Graph(seed).variable("x", n, i).variable("w", o, i);
        graph.run(v -> Linear.of("out", v.get("x"), v.get("w")));
        graph.assertOut(ReferenceOps.linear(graph.value("x"), graph.value("w"), n, i, o));
        graph.assertGradient("x", ReferenceOps.linearInputGradient(graph.dOut(), graph.value("w"), n, i, o));
        graph.assertGradient("w", ReferenceOps.linearWeightGradient(graph.value("x"), graph.dOut(), n, i, o));
    }

    @Property(tries = 10)
    void linearLayersOverOneInput(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int n, @ForAll @IntRange(min = 1, max = 40) int i) {
        int o = 1 + (int) Math.floorMod(seed, 33L);
        Graph graph = new Graph(seed).variable("x", n, i).variable("w1", o, i).variable("w3", o, i);
        graph.run(v -> {
            List<SDVariable> outs = Linear.of(List.of("gate", "up"), v.get("x"), List.of(v.get("w1"), v.get("w3")));
            assertThat(outs).extracting(SDVariable::name).containsExactly("gate", "up");
            return ResidualAdd.of("out", outs.get(0), outs.get(1));
        });
        double[] gate = ReferenceOps.linear(graph.value("x"), graph.value("w1"), n, i, o);
        double[] up = ReferenceOps.linear(graph.value("x"), graph.value("w3"), n, i, o);
        graph.assertOut(sum(gate, up));
        graph.assertGradient(
                "x",
                sum(
                        ReferenceOps.linearInputGradient(graph.dOut(), graph.value("w1"), n, i, o),
                        ReferenceOps.linearInputGradient(graph.dOut(), graph.value("w3"), n, i, o)));
        graph.assertGradient("w1", ReferenceOps.linearWeightGradient(graph.value("x"), graph.dOut(), n, i, o));
        graph.assertGradient("w3", ReferenceOps.linearWeightGradient(graph.value("x"), graph.dOut(), n, i, o));
    }

    private static double[] sum(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] + b[i]).toArray();
    }

    /** D from 2: with one column the gradient of x is a difference of two equal numbers, all rounding. */
    @Property(tries = 10)
    void rmsNorm(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int n, @ForAll @IntRange(min = 2, max = 70) int d) {
        Graph graph = new Graph(seed).variable("x", n, d).variable("w", d);
        graph.run(v -> RmsNorm.of("out", v.get("x"), v.get("w"), 1e-5));
        graph.assertOut(ReferenceOps.rmsNorm(graph.value("x"), graph.value("w"), 1e-5));
        var expected = ReferenceOps.rmsNormGradient(graph.value("x"), graph.value("w"), 1e-5, graph.dOut());
        graph.assertGradient("x", expected.dX());
        graph.assertGradient("w", expected.dWeight());
    }

    @Property(tries = 10)
    void rope(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 19) int time,
            @ForAll @IntRange(min = 1, max = 3) int heads,
            @ForAll @IntRange(min = 1, max = 12) int halfHeadDim,
            @ForAll RotaryPairs pairs) {
        int headDim = 2 * halfHeadDim;
        int width = heads * headDim;
        RotaryEmbedding rotary = RotaryEmbedding.of(headDim, 10000, pairs);
        Graph graph = new Graph(seed).variable("x", batch * time, width);
        graph.run(v -> Rope.of("out", v.get("x"), time, rotary));
        graph.assertOut(ReferenceOps.rope(graph.value("x"), width, time, rotary, false));
        graph.assertGradient("x", ReferenceOps.rope(graph.dOut(), width, time, rotary, true));
    }

    @Property(tries = 12)
    void causalAttention(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 2) int batch,
            @ForAll @IntRange(min = 1, max = 97) int time,
            @ForAll @IntRange(min = 1, max = 2) int kvHeads,
            @ForAll @IntRange(min = 1, max = 3) int group,
            @ForAll @IntRange(min = 1, max = 12) int halfHeadDim) {
        AttentionShape shape = new AttentionShape(batch, time, kvHeads * group, kvHeads, 2 * halfHeadDim);
        int n = batch * time;
        Graph graph = new Graph(seed)
                .variable("q", n, shape.heads() * shape.headDim())
                .variable("k", n, kvHeads * shape.headDim())
                .variable("v", n, kvHeads * shape.headDim());
        graph.run(v -> CausalAttention.of("out", shape, v.get("q"), v.get("k"), v.get("v"))
                .out());
        var forward = ReferenceOps.causalAttention(shape, graph.value("q"), graph.value("k"), graph.value("v"));
        graph.assertOut(forward.out());
        var expected = ReferenceOps.causalAttentionGradient(
                shape, graph.value("q"), graph.value("k"), graph.value("v"), graph.dOut());
        graph.assertGradient("v", expected.dV());
        if (time > 1) { // one position has one score, whose gradient is zero
            graph.assertGradient("q", expected.dQ());
            graph.assertGradient("k", expected.dK());
        }
    }

    @Property(tries = 10)
    void swiGlu(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int n, @ForAll @IntRange(min = 1, max = 70) int f) {
        Graph graph = new Graph(seed).variable("gate", n, f).variable("up", n, f);
        graph.run(v -> SwiGlu.of("out", v.get("gate"), v.get("up")));
        graph.assertOut(ReferenceOps.swiGlu(graph.value("gate"), graph.value("up")));
        var expected = ReferenceOps.swiGluGradient(graph.value("gate"), graph.value("up"), graph.dOut());
        graph.assertGradient("gate", expected.dGate());
        graph.assertGradient("up", expected.dUp());
    }

    @Property(tries = 10)
    void embeddingAddsUpRepeatedTokens(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int n, @ForAll @IntRange(min = 1, max = 20) int d) {
        int vocabulary = 7;
        Graph graph = new Graph(seed).ids("tokens", n, vocabulary).variable("w", vocabulary, d);
        graph.run(v -> Embedding.of("out", v.get("tokens"), v.get("w")));
        graph.assertOut(ReferenceOps.selectRows(graph.value("w"), graph.ids("tokens"), d));
        graph.assertGradient("w", ReferenceOps.embeddingGradient(graph.ids("tokens"), graph.dOut(), vocabulary, d));
    }

    @Property(tries = 10)
    void selectRows(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int n, @ForAll @IntRange(min = 1, max = 20) int d) {
        Graph graph = new Graph(seed).variable("x", n, d).ids("rows", 5, n);
        graph.run(v -> SelectRows.of("out", v.get("x"), v.get("rows")));
        graph.assertOut(ReferenceOps.selectRows(graph.value("x"), graph.ids("rows"), d));
        graph.assertGradient("x", ReferenceOps.embeddingGradient(graph.ids("rows"), graph.dOut(), n, d));
    }

    @Property(tries = 10)
    void crossEntropy(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 30) int n,
            @ForAll @IntRange(min = 1, max = 40) int d,
            @ForAll @IntRange(min = 2, max = 67) int vocabulary) {
        Graph graph = new Graph(seed)
                .variable("hidden", n, d)
                .variable("w", vocabulary, d)
                .ids("targets", n, vocabulary);
        graph.run(v -> CrossEntropy.of("out", v.get("hidden"), v.get("w"), v.get("targets"))
                .loss());
        double[] hidden = graph.value("hidden");
        double[] weight = graph.value("w");
        int[] targets = graph.ids("targets");
        graph.assertOut(new double[] {
            ReferenceOps.crossEntropy(hidden, weight, targets, d).loss()
        });
        var expected = ReferenceOps.crossEntropyGradient(hidden, weight, targets, d, graph.dOut()[0]);
        graph.assertGradient("hidden", expected.dHidden());
        graph.assertGradient("w", expected.dWeight());
    }

    @Property(tries = 10)
    void residualAdd(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int n) {
        Graph graph = new Graph(seed).variable("x", n, 5).variable("block", n, 5);
        graph.run(v -> ResidualAdd.of("out", v.get("x"), v.get("block")));
        double[] block = graph.value("block");
        double[] sum = graph.value("x");
        Arrays.setAll(sum, i -> sum[i] + block[i]);
        graph.assertOut(sum);
        graph.assertGradient("x", graph.dOut());
        graph.assertGradient("block", graph.dOut());
    }

    @Example
    void aGradientOpIsNotDifferentiatedAgain() {
        assertThatThrownBy(() -> new SwiGlu.Gradient().doDiff(List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("llama_swiglu_gradient");
    }

    @Example
    void anOpOfInferenceSaysWhatToTrainWith() {
        assertThatThrownBy(() -> new RopeAt().doDiff(List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("train with Rope");
        assertThatThrownBy(() -> new CachedAttention().doDiff(List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("train with CausalAttention");
        assertThatThrownBy(() -> new LogSumExp().doDiff(List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("train with CrossEntropy");
    }

    /** SameDiff's own session would end the JVM in native code. */
    @Example
    void asksForItsSessionWhereItIsNotInstalled() {
        InferenceFactory before = SameDiff.getInferenceFactory();
        SameDiff.bindInferenceFactory(InferenceSession::new);
        try {
            SameDiff sd = SameDiff.create();
            SDVariable x = sd.var("x", Nd4j.ones(DataType.FLOAT, 1, 2));
            SDVariable sum = ResidualAdd.of("sum", x, x);
            assertThatThrownBy(sum::eval)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("KernelSession.install");
        } finally {
            SameDiff.bindInferenceFactory(before);
        }
    }

    /** One op over random inputs, and the gradient of a random weighting of its output. */
    private static final class Graph {

        private final Random random;
        private final SameDiff sd = SameDiff.create();
        private final Map<String, SDVariable> variables = new HashMap<>();
        private final Map<String, INDArray> placeholders = new HashMap<>();
        private final Map<String, int[]> ids = new HashMap<>();
        private INDArray out;
        private INDArray weighting;
        private Map<String, INDArray> gradients;

        Graph(long seed) {
            KernelSession.install(KERNELS);
            random = new Random(seed);
        }

        Graph variable(String name, long... shape) {
            variables.put(name, sd.var(name, normal(shape)));
            return this;
        }

        Graph ids(String name, int count, int bound) {
            ids.put(name, random.ints(count, 0, bound).toArray());
            variables.put(name, sd.placeHolder(name, DataType.INT32, count));
            placeholders.put(name, Nd4j.createFromArray(ids.get(name)));
            return this;
        }

        void run(Function<Map<String, SDVariable>, SDVariable> op) {
            SDVariable result = op.apply(variables);
            out = sd.output(placeholders, result.name()).get(result.name()).dup();
            weighting = normal(out.shape());
            SDVariable loss = result.mul(sd.constant("weighting", weighting)).sum("weighted");
            sd.setLossVariables(loss);
            List<String> differentiated = variables.keySet().stream()
                    .filter(name -> !ids.containsKey(name))
                    .toList();
            gradients = sd.calculateGradients(placeholders, differentiated);
        }

        double[] value(String name) {
            return doubles(variables.get(name).getArr());
        }

        int[] ids(String name) {
            return ids.get(name);
        }

        /** The gradient of the op's output. */
        double[] dOut() {
            return doubles(weighting);
        }

        void assertOut(double[] expected) {
            assertClose("output", out, expected);
        }

        void assertGradient(String name, double[] expected) {
            assertClose("gradient of " + name, gradients.get(name), expected);
        }

        private static void assertClose(String name, INDArray actual, double[] expected) {
            double[] values = doubles(actual);
            assertThat(values).as(name).hasSameSizeAs(expected);
            double error = 0;
            double norm = 0;
            for (int i = 0; i < expected.length; i++) {
                error += (values[i] - expected[i]) * (values[i] - expected[i]);
                norm += expected[i] * expected[i];
            }
            assertThat(Math.sqrt(error)).as("error of " + name).isLessThanOrEqualTo(TOLERANCE * Math.sqrt(norm) + 1e-7);
        }

        private INDArray normal(long... shape) {
            long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            float[] values = new float[(int) size];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return Nd4j.create(values, shape, 'c');
        }

        private static double[] doubles(INDArray array) {
            return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        }
    }
}
