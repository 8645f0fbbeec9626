package org.llamadl4j.model.kernel.cpu;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.llamadl4j.model.kernel.AdamWStep;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.Tensor;

class CpuAdamWTest {

    @Property(tries = 30)
    void agreesWithTheReferenceOverSeveralSteps(
            @ForAll @IntRange(min = 1, max = 30_000) int length,
            @ForAll @DoubleRange(min = 0, max = 0.2) double weightDecay,
            @ForAll @DoubleRange(min = 0.1, max = 1) double gradientScale,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor weight = tensors.normal(length);
            Tensor firstMoment = tensors.zeros(length);
            Tensor secondMoment = tensors.zeros(length);
            double[] start = tensors.doubles(weight);
            double[] weights = start.clone();
            double[] firsts = new double[length];
            double[] seconds = new double[length];
            for (int number = 1; number <= 4; number++) {
                Tensor gradient = tensors.normal(length);
                AdamWStep step = new AdamWStep(3e-3, 0.9, 0.95, 1e-8, weightDecay, number, gradientScale);
                kernels.adamW(step, weight, gradient, firstMoment, secondMoment);
                ReferenceOps.adamW(step, weights, tensors.doubles(gradient), firsts, seconds);
            }
            tensors.assertClose("weight", weight, weights);
            tensors.assertClose("firstMoment", firstMoment, firsts);
            tensors.assertClose("secondMoment", secondMoment, seconds);
        }
    }
}
