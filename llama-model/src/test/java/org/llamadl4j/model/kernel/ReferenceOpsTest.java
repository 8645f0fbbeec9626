package org.llamadl4j.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The float64 reference: every gradient is the slope of its forward pass")
class ReferenceOpsTest {

    private static final double STEP = 1e-5;

    private final Random random = new Random(20230227);

    @Test
    void linear() {
        int n = 3;
        int inputs = 4;
        int outputs = 5;
        double[] x = normal(n * inputs);
        double[] weight = normal(outputs * inputs);
        double[] dOut = normal(n * outputs);
        assertSlope(
                ReferenceOps.linearInputGradient(dOut, weight, n, inputs, outputs),
                x,
                dOut,
                p -> ReferenceOps.linear(p, weight, n, inputs, outputs));
        assertSlope(
                ReferenceOps.linearWeightGradient(x, dOut, n, inputs, outputs),
                weight,
                dOut,
                p -> ReferenceOps.linear(x, p, n, inputs, outputs));
    }

    @Test
    void embedding() {
        int[] tokens = {2, 0, 2, 2, 1};
        double[] weight = normal(4 * 3);
        double[] dOut = normal(tokens.length * 3);
        assertSlope(
                ReferenceOps.embeddingGradient(tokens, dOut, 4, 3),
                weight,
                dOut,
                p -> ReferenceOps.selectRows(p, tokens, 3));
    }

    @Test
    void rmsNorm() {
        double[] x = normal(3 * 5);
        double[] weight = normal(5);
        double[] dOut = normal(3 * 5);
        ReferenceOps.RmsNormGradient gradient = ReferenceOps.rmsNormGradient(x, weight, 1e-2, dOut);
        assertSlope(gradient.dX(), x, dOut, p -> ReferenceOps.rmsNorm(p, weight, 1e-2));
        assertSlope(gradient.dWeight(), weight, dOut, p -> ReferenceOps.rmsNorm(x, p, 1e-2));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("the gradient of a rotation is the rotation backwards")
    void rope(RotaryPairs pairs) {
        RotaryEmbedding rotary = RotaryEmbedding.of(6, 100, pairs);
        int width = 12;
        double[] x = normal(6 * width);
        double[] dOut = normal(6 * width);
        assertSlope(
                ReferenceOps.rope(dOut, width, 3, rotary, true),
                x,
                dOut,
                p -> ReferenceOps.rope(p, width, 3, rotary, false));
    }

    static Stream<AttentionShape> attentionShapes() {
        return Stream.of(
                new AttentionShape(1, 1, 1, 1, 2),
                new AttentionShape(2, 4, 4, 2, 4),
                new AttentionShape(1, 5, 3, 1, 2));
    }

    @ParameterizedTest
    @MethodSource("attentionShapes")
    void causalAttention(AttentionShape shape) {
        int rows = shape.batch() * shape.time();
        double[] q = normal(rows * shape.heads() * shape.headDim());
        double[] k = normal(rows * shape.kvHeads() * shape.headDim());
        double[] v = normal(k.length);
        double[] dOut = normal(q.length);
        ReferenceOps.AttentionGradient gradient = ReferenceOps.causalAttentionGradient(shape, q, k, v, dOut);
        assertSlope(gradient.dQ(), q, dOut, p -> attentionOut(shape, p, k, v));
        assertSlope(gradient.dK(), k, dOut, p -> attentionOut(shape, q, p, v));
        assertSlope(gradient.dV(), v, dOut, p -> attentionOut(shape, q, k, p));
    }

    private static double[] attentionOut(AttentionShape shape, double[] q, double[] k, double[] v) {
        return ReferenceOps.causalAttention(shape, q, k, v).out();
    }

    @Test
    void swiGlu() {
        double[] gate = normal(7);
        double[] up = normal(7);
        double[] dOut = normal(7);
        ReferenceOps.SwiGluGradient gradient = ReferenceOps.swiGluGradient(gate, up, dOut);
        assertSlope(gradient.dGate(), gate, dOut, p -> ReferenceOps.swiGlu(p, up));
        assertSlope(gradient.dUp(), up, dOut, p -> ReferenceOps.swiGlu(gate, p));
    }

    @Test
    void crossEntropy() {
        int width = 3;
        int[] targets = {1, -1, 4, 0};
        double[] hidden = normal(targets.length * width);
        double[] weight = normal(5 * width);
        double[] dLoss = {0.7};
        ReferenceOps.CrossEntropyGradient gradient =
                ReferenceOps.crossEntropyGradient(hidden, weight, targets, width, dLoss[0]);
        assertSlope(gradient.dHidden(), hidden, dLoss, p -> loss(p, weight, targets, width));
        assertSlope(gradient.dWeight(), weight, dLoss, p -> loss(hidden, p, targets, width));
    }

    private static double[] loss(double[] hidden, double[] weight, int[] targets, int width) {
        return new double[] {
            ReferenceOps.crossEntropy(hidden, weight, targets, width).loss()
        };
    }

    @Test
    @DisplayName("the first AdamW step moves against the sign of the gradient by the learning rate, after the decay")
    void adamW() {
        double[] weight = {1, 1, -2};
        double[] moment1 = new double[3];
        double[] moment2 = new double[3];
        AdamWStep step = new AdamWStep(0.1, 0.9, 0.95, 0, 0.5, 1, 2);
        ReferenceOps.adamW(step, weight, new double[] {3, -4, 1e-3}, moment1, moment2);
        assertThat(weight).containsExactly(new double[] {0.95 - 0.1, 0.95 + 0.1, -1.9 - 0.1}, within(1e-12));
        assertThat(moment1).containsExactly(new double[] {0.6, -0.8, 2e-4}, within(1e-12));
    }

    /** Checks {@code gradient} of Σ dOut·f at {@code point} against central differences. */
    private static void assertSlope(
            double[] gradient, double[] point, double[] dOut, Function<double[], double[]> function) {
        assertThat(gradient).hasSameSizeAs(point);
        for (int i = 0; i < point.length; i++) {
            double[] moved = point.clone();
            moved[i] = point[i] + STEP;
            double above = dot(function.apply(moved), dOut);
            moved[i] = point[i] - STEP;
            double below = dot(function.apply(moved), dOut);
            assertThat(gradient[i]).as("element %d", i).isCloseTo((above - below) / (2 * STEP), within(1e-8));
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private double[] normal(int length) {
        return random.doubles(length).map(ignored -> random.nextGaussian()).toArray();
    }
}
