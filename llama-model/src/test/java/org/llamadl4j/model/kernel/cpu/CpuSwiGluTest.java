package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.Tensor;

class CpuSwiGluTest {

    @Property(tries = 40)
    void agreesWithTheReference(
            @ForAll @IntRange(min = 1, max = 30_000) int length,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor gate = tensors.normal(length);
            Tensor up = tensors.normal(length);
            Tensor dOut = tensors.normal(length);
            double[] gates = tensors.doubles(gate);
            double[] ups = tensors.doubles(up);
            double[] expected = ReferenceOps.swiGlu(gates, ups);
            ReferenceOps.SwiGluGradient gradient = ReferenceOps.swiGluGradient(gates, ups, tensors.doubles(dOut));

            Tensor out = tensors.garbage(length);
            kernels.swiGlu(gate, up, out);
            tensors.assertClose("out", out, expected);
            Tensor dGate = tensors.garbage(length);
            Tensor dUp = tensors.garbage(length);
            kernels.swiGluGradient(gate, up, dOut, dGate, dUp);
            tensors.assertClose("dGate", dGate, gradient.dGate());
            tensors.assertClose("dUp", dUp, gradient.dUp());

            Tensor inGate = tensors.copy(gate);
            kernels.swiGlu(inGate, up, inGate);
            tensors.assertClose("out in gate", inGate, expected);
            Tensor inUp = tensors.copy(up);
            kernels.swiGlu(gate, inUp, inUp);
            tensors.assertClose("out in up", inUp, expected);

            Tensor dOutCopy = tensors.copy(dOut);
            kernels.swiGluGradient(gate, up, dOutCopy, dOutCopy, dUp);
            tensors.assertClose("dGate in dOut", dOutCopy, gradient.dGate());
            kernels.swiGluGradient(gate, up, dOut, dGate, dOut);
            tensors.assertClose("dUp in dOut", dOut, gradient.dUp());
        }
    }

    @Property(tries = 10)
    void gradientsMayReplaceTheInputs(@ForAll @IntRange(min = 1, max = 5_000) int length, @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor gate = tensors.normal(length);
            Tensor up = tensors.normal(length);
            Tensor dOut = tensors.normal(length);
            ReferenceOps.SwiGluGradient gradient =
                    ReferenceOps.swiGluGradient(tensors.doubles(gate), tensors.doubles(up), tensors.doubles(dOut));
            kernels.swiGluGradient(gate, up, dOut, gate, up);
            tensors.assertClose("dGate in gate", gate, gradient.dGate());
            tensors.assertClose("dUp in up", up, gradient.dUp());
        }
    }

    @Test
    void largeGatesSaturate() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor gate = tensors.of(new float[] {-1000f, -90f, 90f, 1000f}, 4);
            Tensor up = tensors.of(new float[] {2f, 2f, 2f, 2f}, 4);
            Tensor out = tensors.zeros(4);
            kernels.swiGlu(gate, up, out);
            float[] values = tensors.floats(out);
            assertThat(values[0]).isBetween(-1e-30f, 0f);
            assertThat(values[1]).isBetween(-1e-30f, 0f);
            assertThat(values[2]).isEqualTo(180f);
            assertThat(values[3]).isEqualTo(2000f);
        }
    }
}
