package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.llamadl4j.model.kernel.Tensor;

class CpuReductionsTest {

    @Property(tries = 40)
    void sumsSquares(
            @ForAll @IntRange(min = 1, max = 60_000) int length,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor x = tensors.normal(length);
            double expected = Arrays.stream(tensors.doubles(x))
                    .map(value -> value * value)
                    .sum();
            double sum = kernels.sumOfSquares(x);
            assertThat(sum).isCloseTo(expected, within(1e-6 * expected));
            assertThat(kernels.sumOfSquares(x)).isEqualTo(sum);
        }
    }
}
