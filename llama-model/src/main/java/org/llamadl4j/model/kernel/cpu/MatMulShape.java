package org.llamadl4j.model.kernel.cpu;

/**
 * The product c(rows, columns) = op(a)·op(b) of dense row-major matrices, op being the matrix or its transpose.
 *
 * @param depth columns of op(a), rows of op(b)
 */
record MatMulShape(int rows, int columns, int depth, boolean transposeA, boolean transposeB) {

    /** Numbers in a row of a as stored. */
    int lda() {
        return transposeA ? rows : depth;
    }

    /** Numbers in a row of b as stored. */
    int ldb() {
        return transposeB ? depth : columns;
    }

    /** Where row {@code row} of op(a) starts. */
    long aStart(int row) {
        return transposeA ? row : (long) row * depth;
    }

    /** Where column {@code column} of op(b) starts. */
    long bStart(int column) {
        return transposeB ? (long) column * depth : column;
    }

    /** Where element (row, column) of c is. */
    long cStart(int row, int column) {
        return (long) row * columns + column;
    }

    double multiplications() {
        return (double) rows * columns * depth;
    }
}
