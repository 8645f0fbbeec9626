package org.llamadl4j.model.kernel.cpu;

/**
 * The matrix product of attention tiles, on heap arrays: c(R,C) = a(R,P)·b(P,C) or c += the same. C is a number of whole
 * vectors, R a multiple of {@link #ROWS}; a may be read by rows or by columns, since its numbers are broadcast one by one.
 *
 * <p>A block of c stays in registers while p runs, as large a block as they hold beside the vectors of b and a number of a:
 * one that spills loses a third of the speed.
 */
final class StripProduct {

    /** Rows of a block of c. */
    static final int ROWS = Lanes.REGISTERS >= 32 ? 8 : 4;

    /** Vectors of a block of c. */
    static final int VECTORS = Lanes.REGISTERS >= 32 ? 2 : 3;

    private StripProduct() {}

    /**
     * @param rows R, a multiple of {@link #ROWS}
     * @param depth P
     * @param vectors C in vectors
     * @param aStart index of a(0,0); a(r,p) is at aStart + r·aRow + p·aDepth
     * @param bStart index of b(0,0); row p starts bStride after row p-1
     * @param cStart index of c(0,0); row r starts cStride after row r-1
     * @param accumulate whether to add to c
     */
    static void multiply(
            int rows,
            int depth,
            int vectors,
            float[] a,
            int aStart,
            int aRow,
            int aDepth,
            float[] b,
            int bStart,
            int bStride,
            float[] c,
            int cStart,
            int cStride,
            boolean accumulate) {
        for (int row = 0, height; row < rows; row += height) {
            // One vector leaves room for more rows.
            height = vectors == 1 && rows - row >= 8 ? 8 : ROWS;
            int aBlock = aStart + row * aRow;
            int cBlock = cStart + row * cStride;
            for (int vector = 0, width; vector < vectors; vector += width) {
                width = Math.min(VECTORS, vectors - vector);
                int column = vector * Lanes.COUNT;
                block(
                        height,
                        width,
                        depth,
                        a,
                        aBlock,
                        aRow,
                        aDepth,
                        b,
                        bStart + column,
                        bStride,
                        c,
                        cBlock + column,
                        cStride,
                        accumulate);
            }
        }
    }

    private static void block(
            int height,
            int width,
            int depth,
            float[] a,
            int aStart,
            int aRow,
            int aDepth,
            float[] b,
            int bStart,
            int bStride,
            float[] c,
            int cStart,
            int cStride,
            boolean accumulate) {
        if (height == 8 && width == 2) {
            RegisterBlock.rows8Vectors2(
                    depth, a, aStart, aRow, aDepth, b, bStart, bStride, c, cStart, cStride, accumulate);
        } else if (height == 8) {
            RegisterBlock.rows8Vectors1(
                    depth, a, aStart, aRow, aDepth, b, bStart, bStride, c, cStart, cStride, accumulate);
        } else if (width == 3) {
            RegisterBlock.rows4Vectors3(
                    depth, a, aStart, aRow, aDepth, b, bStart, bStride, c, cStart, cStride, accumulate);
        } else if (width == 2) {
            RegisterBlock.rows4Vectors2(
                    depth, a, aStart, aRow, aDepth, b, bStart, bStride, c, cStart, cStride, accumulate);
        } else {
            RegisterBlock.rows4Vectors1(
                    depth, a, aStart, aRow, aDepth, b, bStart, bStride, c, cStart, cStride, accumulate);
        }
    }
}
