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
        workers.forRanges(rows, rowGrain(width), (worker, from, to) -> {
            float[] w = worker.scratch().floats(0, Lanes.roundUp(width));
            float[] row = worker.scratch().floats(1, Lanes.roundUp(width));
            weights.get(0, w, 0, width);
            for (int n = from; n < to; n++) {
                input.get(n * width, row, 0, width);
                float scale = scale(row, width, eps);
                for (int i = 0; i < width; i += Lanes.COUNT) {
                    FloatVector.fromArray(Lanes.FLOATS, row, i)
                            .mul(scale)
                            .mul(FloatVector.fromArray(Lanes.FLOATS, w, i))
                            .intoArray(row, i);
                }
                output.put(n * width, row, 0, width);
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
        int grain = rowGrain(width);
        workers.forRanges(rows, grain, (worker, from, to) -> {
            float[] w = worker.scratch().floats(0, padded);
            float[] row = worker.scratch().floats(1, padded);
            float[] dRow = worker.scratch().floats(2, padded);
            float[] chunkSum = worker.scratch().floats(3, padded);
            float[] sum = worker.scratch().floats(4, padded);
            float[] skipped = worker.scratch().floats(5, padded);
            weights.get(0, w, 0, width);
            Arrays.fill(sum, 0, padded, 0f);
            Arrays.fill(skipped, 0, padded, 0f);
            for (int first = from; first < to; first += CHUNK) {
                Arrays.fill(chunkSum, 0, padded, 0f);
                for (int n = first; n < Math.min(first + CHUNK, to); n++) {
                    input.get(n * width, row, 0, width);
                    outputGradient.get(n * width, dRow, 0, width);
                    if (residual != null) {
                        residual.get(n * width, skipped, 0, width);
                    }
                    rowGradient(row, w, dRow, skipped, chunkSum, width, eps);
                    inputGradient.put(n * width, dRow, 0, width);
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

    /** dRow becomes the gradient of the row plus {@code skipped}; the row's weight gradient is added to {@code sum}. */
    private static void rowGradient(
            float[] row, float[] w, float[] dRow, float[] skipped, float[] sum, int width, double eps) {
        float scale = scale(row, width, eps);
        for (int i = 0; i < width; i += Lanes.COUNT) {
            FloatVector dy = FloatVector.fromArray(Lanes.FLOATS, dRow, i);
            dy.mul(FloatVector.fromArray(Lanes.FLOATS, row, i))
                    .fma(FloatVector.broadcast(Lanes.FLOATS, scale), FloatVector.fromArray(Lanes.FLOATS, sum, i))
                    .intoArray(sum, i);
            dy.mul(FloatVector.fromArray(Lanes.FLOATS, w, i)).intoArray(dRow, i);
        }
        double product = CpuReductions.dot(dRow, 0, row, 0, width);
        float along = (float) (-product * scale * scale * scale / width);
        FloatVector scaleVector = FloatVector.broadcast(Lanes.FLOATS, scale);
        FloatVector alongVector = FloatVector.broadcast(Lanes.FLOATS, along);
        for (int i = 0; i < width; i += Lanes.COUNT) {
            FloatVector dx = FloatVector.fromArray(Lanes.FLOATS, row, i)
                    .fma(alongVector, FloatVector.fromArray(Lanes.FLOATS, skipped, i));
            FloatVector.fromArray(Lanes.FLOATS, dRow, i).fma(scaleVector, dx).intoArray(dRow, i);
        }
    }

    private static float scale(float[] row, int width, double eps) {
        return (float) (1 / Math.sqrt(CpuReductions.dot(row, 0, row, 0, width) / (double) width + eps));
    }

    private static int rowGrain(int width) {
        return Math.max(1, GRAIN / width);
    }
}
