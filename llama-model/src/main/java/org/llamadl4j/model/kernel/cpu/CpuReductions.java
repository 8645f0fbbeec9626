package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/** Sums over whole tensors: short runs in float32 lanes, their results in float64. */
@RequiredArgsConstructor
final class CpuReductions {

    private static final int BLOCK = 4 * Lanes.COUNT;

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

    /** Σ x·y over {@code length} numbers; reads nothing past them. */
    static float dot(float[] x, int xStart, float[] y, int yStart, int length) {
        int blocks = length / BLOCK * BLOCK;
        int vectors = length / Lanes.COUNT * Lanes.COUNT;
        float sum = 0f;
        if (blocks > 0) {
            sum = dotBlocks(x, xStart, y, yStart, blocks);
        }
        if (vectors > blocks) {
            sum += dotVectors(x, xStart + blocks, y, yStart + blocks, vectors - blocks);
        }
        for (int i = vectors; i < length; i++) {
            sum += x[xStart + i] * y[yStart + i];
        }
        return sum;
    }

    /** {@link #dot} over whole blocks: four sums, so that one multiply-add need not wait for the one before. */
    private static float dotBlocks(float[] x, int xStart, float[] y, int yStart, int length) {
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum2 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum3 = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < length; i += BLOCK) {
            sum0 = FloatVector.fromArray(Lanes.FLOATS, x, xStart + i)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i), sum0);
            sum1 = FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + Lanes.COUNT)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + Lanes.COUNT), sum1);
            sum2 = FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + 2 * Lanes.COUNT)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + 2 * Lanes.COUNT), sum2);
            sum3 = FloatVector.fromArray(Lanes.FLOATS, x, xStart + i + 3 * Lanes.COUNT)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i + 3 * Lanes.COUNT), sum3);
        }
        return Lanes.sum(sum0.add(sum1).add(sum2.add(sum3)));
    }

    /** {@link #dot} over whole vectors. */
    private static float dotVectors(float[] x, int xStart, float[] y, int yStart, int length) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < length; i += Lanes.COUNT) {
            sum = FloatVector.fromArray(Lanes.FLOATS, x, xStart + i)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, y, yStart + i), sum);
        }
        return Lanes.sum(sum);
    }
}
