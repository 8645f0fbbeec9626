package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * The matrix product of attention tiles, on heap arrays: c(R,C) = a(R,P)·b(P,C) or c += the same. C is a number of whole
 * vectors, R a multiple of {@link #ROWS}; a may be read by rows or by columns, since its numbers are broadcast one by one.
 * A block of 8 rows and 2 vectors of c stays in registers while p runs.
 */
final class StripProduct {

    /** Rows of c computed together. */
    static final int ROWS = 8;

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
        for (int row = 0; row < rows; row += ROWS) {
            int aBlock = aStart + row * aRow;
            int cBlock = cStart + row * cStride;
            int vector = 0;
            for (; vector + 2 <= vectors; vector += 2) {
                int column = vector * Lanes.COUNT;
                block2(
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
            if (vector < vectors) {
                int column = vector * Lanes.COUNT;
                block1(
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

    /** 8 rows of 2 vectors. */
    private static void block2(
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
        int second = cStart + Lanes.COUNT;
        FloatVector c00 = start(c, cStart, accumulate);
        FloatVector c01 = start(c, second, accumulate);
        FloatVector c10 = start(c, cStart + cStride, accumulate);
        FloatVector c11 = start(c, second + cStride, accumulate);
        FloatVector c20 = start(c, cStart + 2 * cStride, accumulate);
        FloatVector c21 = start(c, second + 2 * cStride, accumulate);
        FloatVector c30 = start(c, cStart + 3 * cStride, accumulate);
        FloatVector c31 = start(c, second + 3 * cStride, accumulate);
        FloatVector c40 = start(c, cStart + 4 * cStride, accumulate);
        FloatVector c41 = start(c, second + 4 * cStride, accumulate);
        FloatVector c50 = start(c, cStart + 5 * cStride, accumulate);
        FloatVector c51 = start(c, second + 5 * cStride, accumulate);
        FloatVector c60 = start(c, cStart + 6 * cStride, accumulate);
        FloatVector c61 = start(c, second + 6 * cStride, accumulate);
        FloatVector c70 = start(c, cStart + 7 * cStride, accumulate);
        FloatVector c71 = start(c, second + 7 * cStride, accumulate);
        int aIndex = aStart;
        int bIndex = bStart;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(Lanes.FLOATS, b, bIndex);
            FloatVector b1 = FloatVector.fromArray(Lanes.FLOATS, b, bIndex + Lanes.COUNT);
            FloatVector a0 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + aRow]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 2 * aRow]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 3 * aRow]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 4 * aRow]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 5 * aRow]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 6 * aRow]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 7 * aRow]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
            aIndex += aDepth;
            bIndex += bStride;
        }
        c00.intoArray(c, cStart);
        c01.intoArray(c, second);
        c10.intoArray(c, cStart + cStride);
        c11.intoArray(c, second + cStride);
        c20.intoArray(c, cStart + 2 * cStride);
        c21.intoArray(c, second + 2 * cStride);
        c30.intoArray(c, cStart + 3 * cStride);
        c31.intoArray(c, second + 3 * cStride);
        c40.intoArray(c, cStart + 4 * cStride);
        c41.intoArray(c, second + 4 * cStride);
        c50.intoArray(c, cStart + 5 * cStride);
        c51.intoArray(c, second + 5 * cStride);
        c60.intoArray(c, cStart + 6 * cStride);
        c61.intoArray(c, second + 6 * cStride);
        c70.intoArray(c, cStart + 7 * cStride);
        c71.intoArray(c, second + 7 * cStride);
    }

    /** 8 rows of 1 vector. */
    private static void block1(
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
        FloatVector c0 = start(c, cStart, accumulate);
        FloatVector c1 = start(c, cStart + cStride, accumulate);
        FloatVector c2 = start(c, cStart + 2 * cStride, accumulate);
        FloatVector c3 = start(c, cStart + 3 * cStride, accumulate);
        FloatVector c4 = start(c, cStart + 4 * cStride, accumulate);
        FloatVector c5 = start(c, cStart + 5 * cStride, accumulate);
        FloatVector c6 = start(c, cStart + 6 * cStride, accumulate);
        FloatVector c7 = start(c, cStart + 7 * cStride, accumulate);
        int aIndex = aStart;
        int bIndex = bStart;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(Lanes.FLOATS, b, bIndex);
            c0 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex]).fma(b0, c0);
            c1 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + aRow]).fma(b0, c1);
            c2 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 2 * aRow]).fma(b0, c2);
            c3 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 3 * aRow]).fma(b0, c3);
            c4 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 4 * aRow]).fma(b0, c4);
            c5 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 5 * aRow]).fma(b0, c5);
            c6 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 6 * aRow]).fma(b0, c6);
            c7 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 7 * aRow]).fma(b0, c7);
            aIndex += aDepth;
            bIndex += bStride;
        }
        c0.intoArray(c, cStart);
        c1.intoArray(c, cStart + cStride);
        c2.intoArray(c, cStart + 2 * cStride);
        c3.intoArray(c, cStart + 3 * cStride);
        c4.intoArray(c, cStart + 4 * cStride);
        c5.intoArray(c, cStart + 5 * cStride);
        c6.intoArray(c, cStart + 6 * cStride);
        c7.intoArray(c, cStart + 7 * cStride);
    }

    private static FloatVector start(float[] c, int index, boolean accumulate) {
        return accumulate ? FloatVector.fromArray(Lanes.FLOATS, c, index) : FloatVector.zero(Lanes.FLOATS);
    }
}
