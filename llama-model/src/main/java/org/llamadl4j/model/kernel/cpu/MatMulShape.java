package org.llamadl4j.model.kernel.cpu;

/**
 * The product c(rows, columns) = op(a)·op(b) of row-major matrices, op being the matrix or its transpose.
 *
 * @param depth columns of op(a), rows of op(b)
 * @param lda from one row of a as stored to the next
 * @param ldb the same of b
 * @param ldc the same of c
 */
record MatMulShape(
        int rows, int columns, int depth, boolean transposeA, boolean transposeB, int lda, int ldb, int ldc) {

    /** Of matrices whose rows follow each other without a gap. */
    static MatMulShape dense(int rows, int columns, int depth, boolean transposeA, boolean transposeB) {
        return new MatMulShape(
                rows,
                columns,
                depth,
                transposeA,
                transposeB,
                transposeA ? rows : depth,
                transposeB ? depth : columns,
                columns);
    }

    /** Where row {@code row} of op(a) starts. */
    long aStart(int row) {
        return transposeA ? row : (long) row * lda;
    }

    /** Where column {@code column} of op(b) starts. */
    long bStart(int column) {
        return transposeB ? (long) column * ldb : column;
    }

    /** Where element (row, column) of c is. */
    long cStart(int row, int column) {
        return (long) row * ldc + column;
    }

    double multiplications() {
        return (double) rows * columns * depth;
    }
}
