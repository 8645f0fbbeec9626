package org.llamadl4j.model.kernel.cpu;

import lombok.RequiredArgsConstructor;

/**
 * Linear layers of many rows x over weights that are not float32: a block of the weights after another is converted to
 * float32 and multiplied. Weights that a {@link MatrixProduct} could read as they are would go to it here.
 */
@RequiredArgsConstructor
final class UnpackedProduct {

    /** Numbers of a block: 4 MiB, which the last cache holds. */
    private static final int BLOCK = 1 << 20;

    /** Rows of a block at most. Libraries multiply slowly where a worker gets a few hundred. */
    private static final int MOST_ROWS = 2048;

    /** Whole blocks of every type. */
    private static final int COLUMN_GRAIN = 256;

    private final Workers workers;

    private FloatMemory block = FloatMemory.allocate(0);

    /**
     * out(N,O) = x(N,I) · weight(O,I)ᵀ.
     *
     * @param rows N
     * @param x as {@code product} made an operand of it
     * @param slot of {@code product} for the weights
     */
    void multiply(MatrixProduct product, int rows, Operand x, WeightRows weight, int slot, FloatMemory out) {
        int outputs = weight.rows();
        int inputs = weight.columns();
        int blockRows = Math.min(outputs, MOST_ROWS);
        int blockColumns = Math.min(inputs, Math.max(COLUMN_GRAIN, BLOCK / blockRows / COLUMN_GRAIN * COLUMN_GRAIN));
        if (block.length() < blockRows * blockColumns) {
            block = FloatMemory.allocate(blockRows * blockColumns);
        }
        for (int row = 0; row < outputs; row += blockRows) {
            int height = Math.min(blockRows, outputs - row);
            FloatMemory part = out.slice(row, out.length() - row);
            for (int column = 0; column < inputs; column += blockColumns) {
                int width = Math.min(blockColumns, inputs - column);
                FloatMemory unpacked = block.slice(0, height * width);
                unpack(weight, row, column, height, width, unpacked);
                product.multiply(
                        new MatMulShape(rows, height, width, false, true, inputs, width, outputs),
                        x.from(column),
                        product.operand(slot, unpacked),
                        column == 0 ? 0f : 1f,
                        part);
            }
        }
    }

    private void unpack(WeightRows weight, int row, int column, int height, int width, FloatMemory target) {
        int grain = Math.max(1, CpuElementwise.GRAIN / width);
        workers.forRanges(height, grain, (worker, from, to) -> {
            float[] numbers = worker.scratch().floats(0, width);
            for (int r = from; r < to; r++) {
                weight.unpack(row + r, column, width, numbers, 0, worker.scratch());
                target.put(r * width, numbers, 0, width);
            }
        });
    }
}
