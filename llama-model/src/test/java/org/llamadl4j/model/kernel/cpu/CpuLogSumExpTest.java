package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.llamadl4j.model.kernel.Tensor;

class CpuLogSumExpTest {

    @Property(tries = 50)
    void agreesWithFloat64(
            @ForAll @IntRange(min = 1, max = 5) int rows,
            @ForAll @IntRange(min = 1, max = 3000) int width,
            @ForAll @IntRange(min = 0, max = 300) int scale,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, random);
            float[] values = tensors.floats(tensors.normal(rows, width));
            for (int i = 0; i < values.length; i++) {
                values[i] *= scale;
            }
            Tensor out = tensors.garbage(rows);
            kernels.logSumExp(tensors.of(values, rows, width), out);
            float[] results = tensors.floats(out);
            for (int row = 0; row < rows; row++) {
                double expected = logSumExp(Arrays.copyOfRange(values, row * width, (row + 1) * width));
                assertThat((double) results[row]).isEqualTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
            }
        }
    }

    private static double logSumExp(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += Math.exp((double) value - values[0]);
        }
        return values[0] + Math.log(sum);
    }
}
