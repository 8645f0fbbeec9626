package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.Tensor;

class CpuMatMulTest {

    @Property(tries = 60)
    void agreesWithTheReference(
            @ForAll @IntRange(min = 1, max = 90) int n,
            @ForAll @IntRange(min = 1, max = 90) int inputs,
            @ForAll @IntRange(min = 1, max = 200) int outputs,
            @ForAll @IntRange(min = 1, max = 5) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor x = tensors.normal(n, inputs);
            Tensor weight = tensors.normal(outputs, inputs);
            Tensor dOut = tensors.normal(n, outputs);
            double[] input = tensors.doubles(x);
            double[] weights = tensors.doubles(weight);
            double[] outputGradient = tensors.doubles(dOut);

            Tensor out = tensors.garbage(n, outputs);
            kernels.linear(x, weight, out);
            tensors.assertClose("out", out, ReferenceOps.linear(input, weights, n, inputs, outputs));

            Tensor dX = tensors.garbage(n, inputs);
            kernels.linearInputGradient(dOut, weight, dX, false);
            double[] inputGradient = ReferenceOps.linearInputGradient(outputGradient, weights, n, inputs, outputs);
            tensors.assertClose("dX", dX, inputGradient);
            kernels.linearInputGradient(dOut, weight, dX, true);
            tensors.assertClose("dX twice", dX, TestTensors.sum(inputGradient, inputGradient));

            Tensor dWeight = tensors.normal(outputs, inputs);
            double[] before = tensors.doubles(dWeight);
            kernels.linearWeightGradient(x, dOut, dWeight);
            double[] weightGradient = ReferenceOps.linearWeightGradient(input, outputGradient, n, inputs, outputs);
            tensors.assertClose("dWeight", dWeight, TestTensors.sum(before, weightGradient));
        }
    }

    @Test
    void refusesShapesThatDoNotFit() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            assertThatThrownBy(() -> kernels.linear(tensors.zeros(2, 3), tensors.zeros(4, 5), tensors.zeros(2, 4)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("weight must be (4, 3), not FLOAT32[4, 5]");
        }
    }

    @Test
    void givesTheSameBitsAgain() {
        try (CpuKernels kernels = CpuKernels.create(2);
                CpuKernels others = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, new Random(7));
            Tensor x = tensors.normal(150, 200);
            Tensor weight = tensors.normal(120, 200);
            Tensor out = tensors.zeros(150, 120);
            kernels.linear(x, weight, out);
            float[] first = tensors.floats(out);
            others.linear(x, weight, out);
            assertThat(tensors.floats(out)).isEqualTo(first);
        }
    }
}
