package org.llamadl4j.model.kernel.cpu;

/**
 * The output of a product cut into a grid of blocks, one a worker, so that the largest block is smallest and among equals
 * the squarest.
 *
 * @param rows of the output
 * @param columns of the output
 * @param rowParts blocks in a column of the grid
 * @param columnParts blocks in a row of the grid
 */
record BlockGrid(int rows, int columns, int rowParts, int columnParts) {

    /** Below this many multiplications a second worker costs more than it saves. */
    private static final double WORTH_SPLITTING = 1 << 17;

    /** Blocks begin at multiples of the register tile of the BLAS kernels. */
    private static final int GRAIN = 16;

    /** The rows and columns {@code rowFrom} to {@code rowTo - 1} and {@code columnFrom} to {@code columnTo - 1}. */
    record Block(int rowFrom, int rowTo, int columnFrom, int columnTo) {

        int rows() {
            return rowTo - rowFrom;
        }

        int columns() {
            return columnTo - columnFrom;
        }

        boolean isEmpty() {
            return rows() <= 0 || columns() <= 0;
        }
    }

    static BlockGrid of(MatMulShape shape, int workers) {
        int parts = shape.multiplications() < WORTH_SPLITTING ? 1 : workers;
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
        return new BlockGrid(shape.rows(), shape.columns(), best, parts / best);
    }

    int blocks() {
        return rowParts * columnParts;
    }

    /** Block {@code index}, which may be empty. */
    Block block(int index) {
        int row = index / columnParts;
        int column = index % columnParts;
        return new Block(
                border(rows, row, rowParts),
                border(rows, row + 1, rowParts),
                border(columns, column, columnParts),
                border(columns, column + 1, columnParts));
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
