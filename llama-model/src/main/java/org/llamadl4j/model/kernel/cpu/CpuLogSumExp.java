package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/** The logarithm of the sum of the exponentials of each row, relative to its largest number so that nothing overflows. */
@RequiredArgsConstructor
final class CpuLogSumExp {

    /** Numbers that are summed in float32; their sums are summed in float64. */
    private static final int TILE = 1024;

    private final Workers workers;

    void compute(Tensor x, Tensor out) {
        int rows = x.rows();
        int width = x.columns();
        Expect.size("out", out, rows);
        FloatMemory input = FloatMemory.of(x);
        FloatMemory output = FloatMemory.of(out);
        workers.forRanges(rows, 1, (worker, from, to) -> {
            float[] tile = worker.scratch().floats(0, TILE);
            for (int row = from; row < to; row++) {
                output.put(row, logSumExp(input, row * width, width, tile));
            }
        });
    }

    private static float logSumExp(FloatMemory input, int start, int width, float[] tile) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i += TILE) {
            highest = Math.max(highest, max(tile, load(input, start + i, Math.min(TILE, width - i), tile)));
        }
        double sum = 0;
        for (int i = 0; i < width; i += TILE) {
            sum += sumOfExponentials(tile, load(input, start + i, Math.min(TILE, width - i), tile), highest);
        }
        return (float) (highest + Math.log(sum));
    }

    /** Copies {@code count} numbers to {@code tile} and fills the last vector with -∞; the whole vectors' length. */
    private static int load(FloatMemory input, int index, int count, float[] tile) {
        input.get(index, tile, 0, count);
        int length = Lanes.roundUp(count);
        Arrays.fill(tile, count, length, Float.NEGATIVE_INFINITY);
        return length;
    }

    private static float max(float[] tile, int length) {
        FloatVector max = FloatVector.fromArray(Lanes.FLOATS, tile, 0);
        for (int i = Lanes.COUNT; i < length; i += Lanes.COUNT) {
            max = max.max(FloatVector.fromArray(Lanes.FLOATS, tile, i));
        }
        return Lanes.max(max);
    }

    private static float sumOfExponentials(float[] tile, int length, float highest) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        FloatVector reference = FloatVector.broadcast(Lanes.FLOATS, highest);
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector below = reference.sub(FloatVector.fromArray(Lanes.FLOATS, tile, i));
            sum = sum.add(Exponential.powerOfHalf(below.mul(Exponential.LOG2_E)));
        }
        return Lanes.sum(sum);
    }
}
