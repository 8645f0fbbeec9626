package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.Tensor;

class CpuRmsNormTest {

    private static final double EPS = 1e-5;

    @Property(tries = 60)
    void agreesWithTheReference(
            @ForAll @IntRange(min = 1, max = 300) int n,
            @ForAll("widths") int width,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor x = tensors.normal(n, width);
            Tensor weight = tensors.normal(width);
            Tensor out = tensors.garbage(n, width);
            kernels.rmsNorm(x, weight, EPS, out);
            tensors.assertClose("out", out, ReferenceOps.rmsNorm(tensors.doubles(x), tensors.doubles(weight), EPS));

            Tensor dOut = tensors.normal(n, width);
            Tensor residual = tensors.normal(n, width);
            Tensor dX = tensors.garbage(n, width);
            Tensor dWeight = tensors.normal(width);
            double[] before = tensors.doubles(dWeight);
            ReferenceOps.RmsNormGradient expected = ReferenceOps.rmsNormGradient(
                    tensors.doubles(x), tensors.doubles(weight), EPS, tensors.doubles(dOut));
            kernels.rmsNormGradient(x, weight, EPS, dOut, residual, dX, dWeight);
            double[] expectedSum = TestTensors.sum(tensors.doubles(residual), expected.dX());
            // With few columns almost all of dX cancels; what is left is as exact as what was subtracted.
            double scale = TestTensors.norm(tensors.doubles(residual))
                    + TestTensors.norm(scaledOutputGradient(tensors, x, weight, dOut));
            tensors.assertClose("dX", dX, expectedSum, scale);
            double[] summands = weightGradientSummands(tensors, x, dOut);
            tensors.assertClose(
                    "dWeight",
                    dWeight,
                    TestTensors.sum(before, expected.dWeight()),
                    TestTensors.norm(before) + TestTensors.norm(summands));

            kernels.rmsNormGradient(x, weight, EPS, dOut, null, dX, dWeight);
            tensors.assertClose("dX alone", dX, expected.dX(), scale);

            Tensor inResidual = tensors.copy(residual);
            kernels.rmsNormGradient(x, weight, EPS, dOut, inResidual, inResidual, dWeight);
            tensors.assertClose("dX in dResidual", inResidual, expectedSum, scale);
            kernels.rmsNormGradient(x, weight, EPS, dOut, residual, dOut, dWeight);
            assertThat(tensors.floats(dOut)).as("dX in dOut").isEqualTo(tensors.floats(inResidual));
        }
    }

    /** Any, and more of those whose rows are whole vectors. */
    @Provide
    Arbitrary<Integer> widths() {
        return Arbitraries.oneOf(Arbitraries.integers().between(1, 600), Arbitraries.of(16, 32, 64, 128, 288, 512));
    }

    /** dOut∘weight / rms(x): the first of the two terms of dX. */
    private static double[] scaledOutputGradient(TestTensors tensors, Tensor x, Tensor weight, Tensor dOut) {
        double[] w = tensors.doubles(weight);
        double[] input = tensors.doubles(x);
        double[] normalised = ReferenceOps.rmsNorm(input, w, EPS);
        double[] term = tensors.doubles(dOut);
        for (int i = 0; i < term.length; i++) {
            term[i] *= normalised[i] / input[i];
        }
        return term;
    }

    /** dOut∘x / rms(x): what dWeight is the sum of, which may cancel. */
    private static double[] weightGradientSummands(TestTensors tensors, Tensor x, Tensor dOut) {
        double[] ones = new double[x.columns()];
        Arrays.fill(ones, 1);
        double[] summands = ReferenceOps.rmsNorm(tensors.doubles(x), ones, EPS);
        double[] gradient = tensors.doubles(dOut);
        for (int i = 0; i < summands.length; i++) {
            summands[i] *= gradient[i];
        }
        return summands;
    }
}
