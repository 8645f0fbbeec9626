package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.Tensor;

class CpuElementwiseTest {

    @Property(tries = 30)
    void addsInPlaceOfEitherTerm(
            @ForAll @IntRange(min = 1, max = 40_000) int length,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor a = tensors.normal(length);
            Tensor b = tensors.normal(length);
            float[] expected = tensors.floats(a);
            float[] other = tensors.floats(b);
            for (int i = 0; i < length; i++) {
                expected[i] += other[i];
            }
            Tensor sum = tensors.garbage(length);
            kernels.add(a, b, sum);
            assertThat(tensors.floats(sum)).isEqualTo(expected);
            Tensor left = tensors.copy(a);
            kernels.add(left, b, left);
            assertThat(tensors.floats(left)).isEqualTo(expected);
            kernels.add(a, b, b);
            assertThat(tensors.floats(b)).isEqualTo(expected);
        }
    }

    @Property(tries = 30)
    void fillsAndCopiesNothingButTheTensor(
            @ForAll @IntRange(min = 1, max = 40_000) int length,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor whole = tensors.zeros(length + 2);
            Tensor inside = new Tensor(whole.buffer().slice(1, length), length);
            kernels.fill(inside, 3f);
            assertThat(tensors.floats(whole)).startsWith(0f, 3f).endsWith(3f, 0f);
            assertThat(tensors.floats(inside)).containsOnly(3f);
            Tensor source = tensors.normal(length);
            kernels.copy(source, inside);
            assertThat(tensors.floats(inside)).isEqualTo(tensors.floats(source));
            float[] numbers = tensors.floats(whole);
            assertThat(numbers[0]).isZero();
            assertThat(numbers[length + 1]).isZero();
        }
    }

    @Test
    void refusesTensorsOfDifferentSizes() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            assertThatThrownBy(() -> kernels.add(tensors.zeros(4), tensors.zeros(5), tensors.zeros(4)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("b must have 4 elements, not FLOAT32[5]");
            assertThatThrownBy(() -> kernels.copy(tensors.zeros(4), tensors.zeros(2, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("target must have 4 elements, not FLOAT32[2, 3]");
        }
    }
}
