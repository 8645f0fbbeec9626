package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.Tensor;

class CpuAttentionTest {

    private record Heads(int queries, int keys) {}

    /** Sequences that end before, at and behind the borders of strips and tiles; any grouping; any even head. */
    @Provide
    Arbitrary<AttentionShape> shapes() {
        Arbitrary<Integer> times = Arbitraries.oneOf(
                Arbitraries.of(1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 129),
                Arbitraries.integers().between(1, 200));
        Arbitrary<Heads> heads = Arbitraries.of(
                new Heads(1, 1), new Heads(4, 4), new Heads(4, 2), new Heads(4, 1), new Heads(3, 3), new Heads(6, 2));
        Arbitrary<Integer> headDims = Arbitraries.of(2, 6, 8, 16, 20, 48, 64, 128);
        return Combinators.combine(Arbitraries.integers().between(1, 3), times, heads, headDims)
                .as((batch, time, head, headDim) ->
                        new AttentionShape(batch, time, head.queries(), head.keys(), headDim));
    }

    /** All tensors of one attention layer. */
    private record Layer(
            AttentionShape shape,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor logSumExp,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {

        static Layer random(AttentionShape shape, TestTensors tensors) {
            long rows = (long) shape.batch() * shape.time();
            long queryWidth = (long) shape.heads() * shape.headDim();
            long keyWidth = (long) shape.kvHeads() * shape.headDim();
            return new Layer(
                    shape,
                    tensors.normal(rows, queryWidth),
                    tensors.normal(rows, keyWidth),
                    tensors.normal(rows, keyWidth),
                    tensors.garbage(rows, queryWidth),
                    tensors.garbage(rows, shape.heads()),
                    tensors.normal(rows, queryWidth),
                    tensors.garbage(rows, queryWidth),
                    tensors.garbage(rows, keyWidth),
                    tensors.garbage(rows, keyWidth));
        }

        void run(CpuKernels kernels) {
            kernels.causalAttention(shape, q, k, v, out, logSumExp);
            kernels.causalAttentionGradient(shape, q, k, v, out, logSumExp, dOut, dQ, dK, dV);
        }

        void assertAgrees(TestTensors tensors) {
            double[] queries = tensors.doubles(q);
            double[] keys = tensors.doubles(k);
            double[] values = tensors.doubles(v);
            ReferenceOps.Attention forward = ReferenceOps.causalAttention(shape, queries, keys, values);
            tensors.assertClose("out", out, forward.out());
            double summands = TestTensors.norm(logSumExpSummands(shape, queries, keys));
            tensors.assertClose(
                    "logSumExp",
                    logSumExp,
                    forward.logSumExp(),
                    Math.max(summands, TestTensors.norm(forward.logSumExp())));
            ReferenceOps.AttentionGradient gradient =
                    ReferenceOps.causalAttentionGradient(shape, queries, keys, values, tensors.doubles(dOut));
            // With one position the softmax is constant: these are zero but for rounding.
            double scale = TestTensors.norm(gradient.dV());
            tensors.assertClose("dQ", dQ, gradient.dQ(), Math.max(scale * 0.1, TestTensors.norm(gradient.dQ())));
            tensors.assertClose("dK", dK, gradient.dK(), Math.max(scale * 0.1, TestTensors.norm(gradient.dK())));
            tensors.assertClose("dV", dV, gradient.dV());
        }
    }

    /**
     * The size of what each log-sum-exp is made of, which may cancel to nearly nothing: Σⱼ softmaxⱼ·Σ|q||kⱼ|/√K, an average
     * of scores added up without their signs.
     */
    private static double[] logSumExpSummands(AttentionShape shape, double[] q, double[] k) {
        double[] sizes = Arrays.stream(k).map(Math::abs).toArray();
        double[] average = ReferenceOps.causalAttention(shape, q, k, sizes).out();
        double[] summands = new double[q.length / shape.headDim()];
        for (int i = 0; i < q.length; i++) {
            summands[i / shape.headDim()] += Math.abs(q[i]) * average[i] / Math.sqrt(shape.headDim());
        }
        return summands;
    }

    @Property(tries = 60)
    void agreesWithTheReference(
            @ForAll("shapes") AttentionShape shape,
            @ForAll @IntRange(min = 1, max = 4) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Layer layer = Layer.random(shape, tensors);
            layer.run(kernels);
            layer.assertAgrees(tensors);
        }
    }

    @Property(tries = 10)
    void agreesWithTheReferenceWhereScoresAreLarge(@ForAll("shapes") AttentionShape shape, @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Layer layer = Layer.random(shape, tensors);
            // Scores of some hundreds: the softmax is one or none, and exp of an unshifted score would overflow.
            float[] large = tensors.floats(layer.q());
            for (int i = 0; i < large.length; i++) {
                large[i] *= 300f;
            }
            kernels.write(large, 0, layer.q().buffer(), 0, large.length);
            layer.run(kernels);
            ReferenceOps.Attention forward = ReferenceOps.causalAttention(
                    shape, tensors.doubles(layer.q()), tensors.doubles(layer.k()), tensors.doubles(layer.v()));
            tensors.assertClose("logSumExp", layer.logSumExp(), forward.logSumExp());
            assertThat(tensors.doubles(layer.out())).satisfies(CpuAttentionTest::isFinite);
            assertThat(tensors.doubles(layer.dQ())).satisfies(CpuAttentionTest::isFinite);
            assertThat(tensors.doubles(layer.dK())).satisfies(CpuAttentionTest::isFinite);
        }
    }

    private static void isFinite(double[] numbers) {
        assertThat(Arrays.stream(numbers).allMatch(Double::isFinite)).isTrue();
    }

    @Property(tries = 20)
    void laterTokensDoNotMatter(
            @ForAll @IntRange(min = 2, max = 150) int time,
            @ForAll @IntRange(min = 1, max = 149) int position,
            @ForAll Random random) {
        int changed = Math.min(position, time - 1);
        int width = 2 * 8;
        AttentionShape shape = new AttentionShape(1, time, 2, 2, 8);
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Layer layer = Layer.random(shape, tensors);
            layer.run(kernels);
            float[] before = new float[changed * width];
            kernels.read(layer.out().buffer(), 0, before, 0, before.length);
            float[] other = tensors.floats(tensors.normal((long) (time - changed), width));
            kernels.write(other, 0, layer.k().buffer(), (long) changed * width, other.length);
            kernels.write(other, 0, layer.v().buffer(), (long) changed * width, other.length);
            kernels.causalAttention(shape, layer.q(), layer.k(), layer.v(), layer.out(), layer.logSumExp());
            float[] after = new float[before.length];
            kernels.read(layer.out().buffer(), 0, after, 0, after.length);
            assertThat(after).isEqualTo(before);
        }
    }

    @Test
    void givesTheSameBitsAgainThoughWorkersShareAHead() {
        AttentionShape shape = new AttentionShape(1, 333, 2, 1, 16);
        for (int threads = 1; threads <= 4; threads++) {
            try (CpuKernels kernels = CpuKernels.create(threads);
                    CpuKernels others = CpuKernels.create(threads)) {
                TestTensors tensors = new TestTensors(kernels, new Random(3));
                Layer layer = Layer.random(shape, tensors);
                layer.run(kernels);
                layer.assertAgrees(tensors);
                float[] dQ = tensors.floats(layer.dQ());
                float[] dK = tensors.floats(layer.dK());
                layer.run(others);
                assertThat(tensors.floats(layer.dQ())).isEqualTo(dQ);
                assertThat(tensors.floats(layer.dK())).isEqualTo(dK);
            }
        }
    }

    @Test
    void refusesHeadsThatCannotBeShared() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor q = tensors.zeros(2, 3 * 4);
            Tensor k = tensors.zeros(2, 2 * 4);
            assertThatThrownBy(() ->
                            kernels.causalAttention(new AttentionShape(1, 2, 3, 2, 4), q, k, k, q, tensors.zeros(2, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("3 query heads cannot share 2 key and value heads");
        }
    }
}
