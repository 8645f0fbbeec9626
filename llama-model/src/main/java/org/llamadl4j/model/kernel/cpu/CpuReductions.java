package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/** Sums over whole tensors, and what is asked of all their numbers: short runs in float32 lanes, their results in float64. */
@RequiredArgsConstructor
final class CpuReductions {

    private static final int BLOCK = 8 * Lanes.COUNT;

    /** Numbers that are looked at in one call: whole blocks. */
    private static final int FINITE_PIECE = 1 << 16;

    private final Workers workers;

    double sumOfSquares(Tensor x) {
        FloatMemory memory = FloatMemory.of(x);
        // A slot for each worker, a cache line apart.
        double[] sums = new double[8 * workers.count()];
        workers.forRanges((int) memory.length(), CpuElementwise.GRAIN, (worker, from, to) -> {
            float[] tile = worker.scratch().floats(0, CpuElementwise.TILE);
            double sum = 0;
            for (int i = from; i < to; i += CpuElementwise.TILE) {
                int length = Math.min(CpuElementwise.TILE, to - i);
                memory.get(i, tile, 0, length);
                sum += dot(tile, 0, tile, 0, length);
            }
            sums[8 * worker.index()] = sum;
        });
        double sum = 0;
        for (int i = 0; i < sums.length; i += 8) {
            sum += sums[i];
        }
        return sum;
    }

    /** Whether every number of x, of any floating-point type, is finite. */
    boolean isFinite(Tensor x) {
        StoredMemory memory = StoredMemory.of(x);
        RowFormat format = memory.format();
        long length = memory.length();
        int pieces = Math.toIntExact((length + FINITE_PIECE - 1) / FINITE_PIECE);
        boolean[] finite = new boolean[workers.count()];
        Arrays.fill(finite, true);
        workers.forRanges(pieces, 1, (worker, from, to) -> {
            boolean all = true;
            for (int piece = from; piece < to; piece++) {
                long start = (long) piece * FINITE_PIECE;
                int count = (int) Math.min(FINITE_PIECE, length - start);
                all &= format.isFinite(memory.bytes(), format.type().bytes(start), count);
            }
            finite[worker.index()] = all;
        });
        for (boolean all : finite) {
            if (!all) {
                return false;
            }
        }
        return true;
    }

    /**
     * Σ x·y over {@code length} numbers; reads nothing past them. Eight sums, so that an addition need not wait for the one
     * before, and the compiler leaves this a method of its own: where it inlines much into a caller, it stops at
     * {@link Lanes#sum} and boxes a vector.
     */
    static float dot(float[] x, int xStart, float[] y, int yStart, int length) {
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        FloatVector sum4 = sum0;
        FloatVector sum5 = sum0;
        FloatVector sum6 = sum0;
        FloatVector sum7 = sum0;
        int i = 0;
        for (; i <= length - BLOCK; i += BLOCK) {
            sum0 = sum0.add(FloatVector.fromArray(Lanes.FLOATS, x, xStart + i)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i)));
            sum1 = sum1.add(FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + Lanes.COUNT)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + Lanes.COUNT)));
            sum2 = sum2.add(FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + 2 * Lanes.COUNT)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + 2 * Lanes.COUNT)));
            sum3 = sum3.add(FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + 3 * Lanes.COUNT)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + 3 * Lanes.COUNT)));
            sum4 = sum4.add(FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + 4 * Lanes.COUNT)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + 4 * Lanes.COUNT)));
            sum5 = sum5.add(FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + 5 * Lanes.COUNT)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + 5 * Lanes.COUNT)));
            sum6 = sum6.add(FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + 6 * Lanes.COUNT)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + 6 * Lanes.COUNT)));
            sum7 = sum7.add(FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + 7 * Lanes.COUNT)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + 7 * Lanes.COUNT)));
        }
        for (; i <= length - Lanes.COUNT; i += Lanes.COUNT) {
            sum0 = sum0.add(FloatVector.fromArray(Lanes.FLOATS, x, xStart + i)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i)));
        }
        FloatVector sums = sum0.add(sum1).add(sum2.add(sum3)).add(sum4.add(sum5).add(sum6.add(sum7)));
        float sum = Lanes.sum(sums);
        for (; i < length; i++) {
            sum += x[xStart + i] * y[yStart + i];
        }
        return sum;
    }
}
