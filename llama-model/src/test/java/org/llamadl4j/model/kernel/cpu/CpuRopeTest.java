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

class CpuRopeTest {

    @Property(tries = 60)
    void rotatesPairsForthAndBack(
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 150) int time,
            @ForAll @IntRange(min = 1, max = 5) int heads,
            @ForAll @IntRange(min = 1, max = 64) int pairs,
            @ForAll boolean longContext,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        int headDim = 2 * pairs;
        int width = heads * headDim;
        double theta = longContext ? 500_000 : 10_000;
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor x = tensors.normal((long) batch * time, width);
            double[] input = tensors.doubles(x);
            Tensor out = tensors.garbage((long) batch * time, width);
            kernels.rope(x, time, headDim, theta, false, out);
            tensors.assertClose("out", out, ReferenceOps.rope(input, width, time, headDim, theta, false));
            kernels.rope(out, time, headDim, theta, true, out);
            tensors.assertClose("back in place", out, input);
        }
    }

    @Test
    void leavesTheFirstPositionAlone() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor x = tensors.normal(3, 12);
            Tensor out = tensors.zeros(3, 12);
            kernels.rope(x, 1, 6, 10_000, false, out);
            assertThat(tensors.floats(out)).isEqualTo(tensors.floats(x));
        }
    }

    @Property(tries = 20)
    void sequencesMayGrowAndShrink(@ForAll @IntRange(min = 1, max = 60) int time, @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, random);
            for (int length : new int[] {time, time + 1, 3 * time, time}) {
                Tensor x = tensors.normal(length, 12);
                Tensor out = tensors.garbage(length, 12);
                kernels.rope(x, length, 6, 10_000, false, out);
                tensors.assertClose("out", out, ReferenceOps.rope(tensors.doubles(x), 12, length, 6, 10_000, false));
            }
        }
    }

    @Test
    void refusesOddHeads() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor x = tensors.normal(4, 6);
            assertThatThrownBy(() -> kernels.rope(x, 4, 3, 10_000, false, x))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the size of a head must be even, not 3");
        }
    }
}
