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
            @ForAll @IntRange(min = 1, max = 200) int otherOutputs,
            @ForAll @IntRange(min = 1, max = 5) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor x = tensors.normal(n, inputs);
            Tensor[] weights = {tensors.normal(outputs, inputs), tensors.normal(otherOutputs, inputs)};
            Tensor[] dOuts = {tensors.normal(n, outputs), tensors.normal(n, otherOutputs)};
            Tensor[] outs = {tensors.garbage(n, outputs), tensors.garbage(n, otherOutputs)};
            Tensor dX = tensors.garbage(n, inputs);
            Tensor[] dWeights = {tensors.normal(outputs, inputs), tensors.normal(otherOutputs, inputs)};
            double[][] before = {tensors.doubles(dWeights[0]), tensors.doubles(dWeights[1])};

            kernels.linear(x, weights, outs);
            kernels.linearGradient(x, weights, dOuts, dX, dWeights);

            double[] input = tensors.doubles(x);
            double[] inputGradient = new double[n * inputs];
            for (int i = 0; i < weights.length; i++) {
                int width = outs[i].columns();
                double[] weight = tensors.doubles(weights[i]);
                double[] dOut = tensors.doubles(dOuts[i]);
                tensors.assertClose("out", outs[i], ReferenceOps.linear(input, weight, n, inputs, width));
                double[] weightGradient = ReferenceOps.linearWeightGradient(input, dOut, n, inputs, width);
                tensors.assertClose("dWeight", dWeights[i], TestTensors.sum(before[i], weightGradient));
                inputGradient = TestTensors.sum(
                        inputGradient, ReferenceOps.linearInputGradient(dOut, weight, n, inputs, width));
            }
            tensors.assertClose("dX", dX, inputGradient);
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
