package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;

class CpuRopeTest {

    private static final RotaryEmbedding SMALL = RotaryEmbedding.of(6, 10_000, RotaryPairs.ADJACENT);

    @Property(tries = 100)
    void rotatesPairsForthAndBack(
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 300) int time,
            @ForAll @IntRange(min = 1, max = 5) int heads,
            @ForAll @IntRange(min = 1, max = 64) int halfHeadDim,
            @ForAll RotaryPairs pairs,
            @ForAll boolean longContext,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        RotaryEmbedding rotary = RotaryEmbedding.of(2 * halfHeadDim, longContext ? 500_000 : 10_000, pairs);
        int width = heads * rotary.headDim();
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor x = tensors.normal((long) batch * time, width);
            double[] input = tensors.doubles(x);
            Tensor out = tensors.garbage((long) batch * time, width);
            kernels.rope(x, time, rotary, false, out);
            tensors.assertClose("out", out, ReferenceOps.rope(input, width, time, rotary, false));
            kernels.rope(out, time, rotary, true, out);
            tensors.assertClose("back in place", out, input);
        }
    }

    @Property(tries = 60)
    void rotatesRowsAtPositionsOfTheirOwn(
            @ForAll @IntRange(min = 1, max = 40) int rows,
            @ForAll @IntRange(min = 1, max = 5) int heads,
            @ForAll @IntRange(min = 1, max = 64) int halfHeadDim,
            @ForAll RotaryPairs pairs,
            @ForAll boolean inPlace,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        RotaryEmbedding rotary = RotaryEmbedding.of(2 * halfHeadDim, 500_000, pairs);
        int width = heads * rotary.headDim();
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            int[] positions = tensors.randomIntegers(rows, -2, 131_072);
            Tensor x = tensors.normal(rows, width);
            double[] input = tensors.doubles(x);
            Tensor out = inPlace ? x : tensors.garbage(rows, width);
            kernels.ropeAt(x, tensors.integers(positions), rotary, out);
            tensors.assertClose("out", out, ReferenceOps.ropeAt(input, width, positions, rotary));
        }
    }

    @ParameterizedTest
    @EnumSource
    void farPositionsAreRightToFloat32(RotaryPairs pairs) {
        RotaryEmbedding rotary = RotaryEmbedding.of(128, 500_000, pairs);
        int[] positions = {8191, 8192, 8193, 131_071, 131_072, 1_000_003, Integer.MAX_VALUE};
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor x = tensors.normal(positions.length, 128);
            Tensor out = tensors.garbage(positions.length, 128);
            kernels.ropeAt(x, tensors.integers(positions), rotary, out);
            double[] expected = ReferenceOps.ropeAt(tensors.doubles(x), 128, positions, rotary);
            double[] actual = tensors.doubles(out);
            for (int i = 0; i < actual.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(1e-6));
            }
        }
    }

    @Test
    void leavesRowsAtNegativePositionsToTheBit() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor x = tensors.normal(2, 12);
            Tensor out = tensors.garbage(2, 12);
            kernels.ropeAt(x, tensors.integers(new int[] {-1, Integer.MIN_VALUE}), SMALL, out);
            assertThat(tensors.floats(out)).isEqualTo(tensors.floats(x));
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothOrdersRotateTheSamePairs(RotaryPairs pairs) {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            float[] x = pairs == RotaryPairs.ADJACENT ? new float[] {1, 2, 3, 4, 5, 6} : new float[] {1, 3, 5, 2, 4, 6};
            Tensor out = tensors.garbage(1, 6);
            RotaryEmbedding quarterTurns = new RotaryEmbedding(new double[] {Math.PI / 2, Math.PI, 0}, pairs);
            kernels.ropeAt(tensors.of(x, 1, 6), tensors.integers(new int[] {1}), quarterTurns, out);
            double[] expected = pairs == RotaryPairs.ADJACENT
                    ? new double[] {-2, 1, -3, -4, 5, 6}
                    : new double[] {-2, -3, 5, 1, -4, 6};
            tensors.assertClose("out", out, expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheFirstPositionAlone(RotaryPairs pairs) {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor x = tensors.normal(3, 12);
            Tensor out = tensors.zeros(3, 12);
            kernels.rope(x, 1, RotaryEmbedding.of(6, 10_000, pairs), false, out);
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
                kernels.rope(x, length, SMALL, false, out);
                tensors.assertClose("out", out, ReferenceOps.rope(tensors.doubles(x), 12, length, SMALL, false));
            }
        }
    }

    @Test
    void refusesRowsOfPartsOfHeads() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor x = tensors.normal(4, 8);
            assertThatThrownBy(() -> kernels.rope(x, 4, SMALL, false, x))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("rows of 8 numbers are not whole heads of 6");
        }
    }

    @Test
    void refusesAnotherNumberOfPositionsThanRows() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor x = tensors.normal(4, 6);
            assertThatThrownBy(() -> kernels.ropeAt(x, tensors.integers(new int[] {1, 2}), SMALL, x))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("there are 2 positions for 4 rows");
        }
    }
}
