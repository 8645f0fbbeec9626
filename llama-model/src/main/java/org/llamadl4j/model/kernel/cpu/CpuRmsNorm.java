package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Root mean square layer normalisation (Zhang and Sennrich, 2019): with s = 1 / sqrt(mean(x²) + eps), y = x·s·w. Its
 * gradient is dx = s·(w∘dy) − x·s³/D·Σ(w∘dy∘x) and dw = Σ over rows of dy∘x·s.
 */
@RequiredArgsConstructor
final class CpuRmsNorm {

    /** Rows that are worth a worker are those that hold this many numbers. */
    private static final int GRAIN = 8192;

    /** Rows whose weight gradients are summed before they are added to the worker's sum, to keep rounding small. */
    private static final int CHUNK = 32;

    private final Workers workers;

    void forward(Tensor x, Tensor weight, double eps, Tensor out) {
        int rows = x.rows();
        int width = x.columns();
        Expect.size("weight", weight, width);
        Expect.matrix("out", out, rows, width);
        FloatMemory input = FloatMemory.of(x);
        FloatMemory weights = FloatMemory.of(weight);
        FloatMemory output = FloatMemory.of(out);
        int tileRows = Lanes.tileRows(width);
        workers.forRanges(rows, rowGrain(width), (worker, from, to) -> {
            float[] w = worker.scratch().floats(0, Lanes.roundUp(width));
            float[] tile = worker.scratch().floats(1, Lanes.roundUp(tileRows * width));
            weights.get(0, w, 0, width);
            for (int first = from; first < to; first += tileRows) {
                int count = Math.min(tileRows, to - first);
                input.get(first * width, tile, 0, count * width);
                for (int row = 0; row < count; row++) {
                    normalise(tile, row * width, w, width, eps);
                }
                output.put(first * width, tile, 0, count * width);
            }
        });
    }

    void gradient(Tensor x, Tensor weight, double eps, Tensor dOut, Tensor dResidual, Tensor dX, Tensor dWeight) {
        int rows = x.rows();
        int width = x.columns();
        Expect.size("weight", weight, width);
        Expect.matrix("dOut", dOut, rows, width);
        Expect.matrix("dX", dX, rows, width);
        Expect.size("dWeight", dWeight, width);
        if (dResidual != null) {
            Expect.matrix("dResidual", dResidual, rows, width);
        }
        FloatMemory input = FloatMemory.of(x);
        FloatMemory weights = FloatMemory.of(weight);
        FloatMemory outputGradient = FloatMemory.of(dOut);
        FloatMemory residual = dResidual == null ? null : FloatMemory.of(dResidual);
        FloatMemory inputGradient = FloatMemory.of(dX);
        FloatMemory weightGradient = FloatMemory.of(dWeight);
        int padded = Lanes.roundUp(width);
        int tileRows = Math.min(CHUNK, Lanes.tileRows(width));
        int tileLength = Lanes.roundUp(tileRows * width);
        int grain = rowGrain(width);
        workers.forRanges(rows, grain, (worker, from, to) -> {
            float[] w = worker.scratch().floats(0, padded);
            float[] tile = worker.scratch().floats(1, tileLength);
            float[] dTile = worker.scratch().floats(2, tileLength);
            float[] chunkSum = worker.scratch().floats(3, padded);
            float[] sum = worker.scratch().floats(4, padded);
            float[] skipped = worker.scratch().floats(5, tileLength);
            weights.get(0, w, 0, width);
            Arrays.fill(sum, 0, padded, 0f);
            Arrays.fill(skipped, 0, tileLength, 0f);
            for (int chunk = from; chunk < to; chunk += CHUNK) {
                Arrays.fill(chunkSum, 0, padded, 0f);
                int end = Math.min(chunk + CHUNK, to);
                for (int first = chunk; first < end; first += tileRows) {
                    int count = Math.min(tileRows, end - first);
                    input.get(first * width, tile, 0, count * width);
                    outputGradient.get(first * width, dTile, 0, count * width);
                    if (residual != null) {
                        residual.get(first * width, skipped, 0, count * width);
                    }
                    for (int row = 0; row < count; row++) {
                        rowGradient(tile, w, dTile, skipped, row * width, chunkSum, width, eps);
                    }
                    inputGradient.put(first * width, dTile, 0, count * width);
                }
                CpuElementwise.addTo(sum, chunkSum, width);
            }
        });
        int parts = Math.min(workers.count(), (rows + grain - 1) / grain);
        for (int part = 0; part < parts; part++) {
            float[] sum = workers.worker(part).scratch().floats(4, padded);
            for (int i = 0; i < width; i++) {
                weightGradient.put(i, weightGradient.get(i) + sum[i]);
            }
        }
    }

    private static void normalise(float[] rows, int start, float[] w, int width, double eps) {
        float scale = scale(rows, start, width, eps);
        for (int i = 0; i < width; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, rows, start + i)
                    .mul(scale)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, w, i))
                    .intoArray(rows, start + i);
        }
    }

    /** The row of dRows becomes the gradient of the row plus that of skipped; its weight gradient is added to sum. */
    private static void rowGradient(
            float[] rows, float[] w, float[] dRows, float[] skipped, int start, float[] sum, int width, double eps) {
        float scale = scale(rows, start, width, eps);
        addWeightGradient(rows, w, dRows, start, sum, width, scale);
        double product = CpuReductions.dot(dRows, start, rows, start, width);
        float along = (float) (-product * scale * scale * scale / width);
        for (int i = 0; i < width; i += Lanes.COUNT) {
            FloatVector dx = FloatVector.fromArray(Lanes.FLOATS, rows, start + i)
                    .mul(along)
                    .add(FloatVector.fromArray(Lanes.FLOATS, skipped, start + i));
            FloatVector.fromArray(Lanes.FLOATS, dRows, start + i)
                    .mul(scale)
                    .add(dx)
                    .intoArray(dRows, start + i);
        }
    }

    /** sum += dy∘x·scale, and dy in dRows becomes w∘dy. */
    private static void addWeightGradient(
            float[] rows, float[] w, float[] dRows, int start, float[] sum, int width, float scale) {
        for (int i = 0; i < width; i += Lanes.COUNT) {
            FloatVector dy = FloatVector.fromArray(Lanes.FLOATS, dRows, start + i);
            dy.mul(FloatVector.fromArray(Lanes.FLOATS, rows, start + i))
                    .mul(scale)
                    .add(FloatVector.fromArray(Lanes.FLOATS, sum, i))
                    .intoArray(sum, i);
            dy.mul(FloatVector.fromArray(Lanes.FLOATS, w, i)).intoArray(dRows, start + i);
        }
    }

    private static float scale(float[] rows, int start, int width, double eps) {
        double meanSquare = CpuReductions.dot(rows, start, rows, start, width) / (double) width;
        return (float) (1 / Math.sqrt(meanSquare + eps));
    }

    private static int rowGrain(int width) {
        return Math.max(1, GRAIN / width);
    }
}
