package org.llamadl4j.model.kernel.cpu;

import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/** Matrix products: the output is cut into a grid of blocks, one a worker, each computed by a BLAS call of one thread. */
@RequiredArgsConstructor
final class CpuMatMul {

    /** Below this many multiplications a second worker costs more than it saves. */
    private static final double WORTH_SPLITTING = 1 << 17;

    /** Blocks begin at multiples of the register tile of the BLAS kernels. */
    private static final int GRAIN = 16;

    private final Workers workers;

    /** out(N,O) = x(N,I) · weight(O,I)ᵀ. */
    void linear(Tensor x, Tensor weight, Tensor out) {
        int rows = x.rows();
        int inputs = x.columns();
        int outputs = out.columns();
        Expect.matrix("weight", weight, outputs, inputs);
        Expect.matrix("out", out, rows, outputs);
        multiply(
                new MatMulShape(rows, outputs, inputs, false, true),
                FloatMemory.of(x),
                FloatMemory.of(weight),
                0f,
                FloatMemory.of(out));
    }

    /** dX(N,I) = dOut(N,O) · weight(O,I), or dX += the same. */
    void inputGradient(Tensor dOut, Tensor weight, Tensor dX, boolean accumulate) {
        int rows = dOut.rows();
        int inputs = dX.columns();
        int outputs = dOut.columns();
        Expect.matrix("weight", weight, outputs, inputs);
        Expect.matrix("dX", dX, rows, inputs);
        multiply(
                new MatMulShape(rows, inputs, outputs, false, false),
                FloatMemory.of(dOut),
                FloatMemory.of(weight),
                accumulate ? 1f : 0f,
                FloatMemory.of(dX));
    }

    /** dWeight(O,I) += dOut(N,O)ᵀ · x(N,I). */
    void weightGradient(Tensor x, Tensor dOut, Tensor dWeight) {
        int rows = x.rows();
        int inputs = x.columns();
        int outputs = dOut.columns();
        Expect.matrix("dOut", dOut, rows, outputs);
        Expect.matrix("dWeight", dWeight, outputs, inputs);
        multiply(
                new MatMulShape(outputs, inputs, rows, true, false),
                FloatMemory.of(dOut),
                FloatMemory.of(x),
                1f,
                FloatMemory.of(dWeight));
    }

    /** c = op(a)·op(b) + beta·c. */
    void multiply(MatMulShape shape, FloatMemory a, FloatMemory b, float beta, FloatMemory c) {
        Blas.useOneThread();
        int parts = shape.multiplications() < WORTH_SPLITTING ? 1 : workers.count();
        int rowParts = rowParts(shape, parts);
        int columnParts = parts / rowParts;
        workers.run(parts, worker -> {
            int row = worker.index() / columnParts;
            int column = worker.index() % columnParts;
            int rowFrom = border(shape.rows(), row, rowParts);
            int rowTo = border(shape.rows(), row + 1, rowParts);
            int columnFrom = border(shape.columns(), column, columnParts);
            int columnTo = border(shape.columns(), column + 1, columnParts);
            if (rowFrom < rowTo && columnFrom < columnTo) {
                Blas.multiply(
                        shape,
                        rowTo - rowFrom,
                        columnTo - columnFrom,
                        a,
                        shape.aStart(rowFrom),
                        b,
                        shape.bStart(columnFrom),
                        beta,
                        c,
                        (long) rowFrom * shape.columns() + columnFrom);
            }
        });
    }

    /** The divisor of {@code parts} that makes the largest block smallest, and among equals the squarest. */
    private static int rowParts(MatMulShape shape, int parts) {
        int best = 1;
        double bestCost = Double.POSITIVE_INFINITY;
        for (int rowParts = 1; rowParts <= parts; rowParts++) {
            if (parts % rowParts == 0) {
                double rows = blockSize(shape.rows(), rowParts);
                double columns = blockSize(shape.columns(), parts / rowParts);
                // Each block packs its rows of a and columns of b once, at the cost of some dozen multiplications each.
                double cost = rows * columns + 16 * (rows + columns);
                if (cost < bestCost) {
                    best = rowParts;
                    bestCost = cost;
                }
            }
        }
        return best;
    }

    private static int blockSize(int size, int parts) {
        int largest = 0;
        for (int part = 0; part < parts; part++) {
            largest = Math.max(largest, border(size, part + 1, parts) - border(size, part, parts));
        }
        return largest;
    }

    private static int border(int size, int part, int parts) {
        int grains = (size + GRAIN - 1) / GRAIN;
        return Math.min(size, (int) ((long) grains * part / parts) * GRAIN);
    }
}
