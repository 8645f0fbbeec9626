package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops of {@link StripProduct}: a block of c stays in registers while p runs. What the parameters mean is said
 * there; here they point at the block. Each method is written out, and is the only loop of its kind in it, because the
 * compiler keeps vectors in registers only where they are local variables.
 */
final class RegisterBlock {

    private RegisterBlock() {}

    /** 8 rows of 2 vectors. */
    static void rows8Vectors2(
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
            c00 = Lanes.multiplyAdd(a0, b0, c00);
            c01 = Lanes.multiplyAdd(a0, b1, c01);
            FloatVector a1 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + aRow]);
            c10 = Lanes.multiplyAdd(a1, b0, c10);
            c11 = Lanes.multiplyAdd(a1, b1, c11);
            FloatVector a2 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 2 * aRow]);
            c20 = Lanes.multiplyAdd(a2, b0, c20);
            c21 = Lanes.multiplyAdd(a2, b1, c21);
            FloatVector a3 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 3 * aRow]);
            c30 = Lanes.multiplyAdd(a3, b0, c30);
            c31 = Lanes.multiplyAdd(a3, b1, c31);
            FloatVector a4 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 4 * aRow]);
            c40 = Lanes.multiplyAdd(a4, b0, c40);
            c41 = Lanes.multiplyAdd(a4, b1, c41);
            FloatVector a5 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 5 * aRow]);
            c50 = Lanes.multiplyAdd(a5, b0, c50);
            c51 = Lanes.multiplyAdd(a5, b1, c51);
            FloatVector a6 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 6 * aRow]);
            c60 = Lanes.multiplyAdd(a6, b0, c60);
            c61 = Lanes.multiplyAdd(a6, b1, c61);
            FloatVector a7 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 7 * aRow]);
            c70 = Lanes.multiplyAdd(a7, b0, c70);
            c71 = Lanes.multiplyAdd(a7, b1, c71);
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
    static void rows8Vectors1(
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
            FloatVector a0 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex]);
            c0 = Lanes.multiplyAdd(a0, b0, c0);
            FloatVector a1 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + aRow]);
            c1 = Lanes.multiplyAdd(a1, b0, c1);
            FloatVector a2 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 2 * aRow]);
            c2 = Lanes.multiplyAdd(a2, b0, c2);
            FloatVector a3 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 3 * aRow]);
            c3 = Lanes.multiplyAdd(a3, b0, c3);
            FloatVector a4 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 4 * aRow]);
            c4 = Lanes.multiplyAdd(a4, b0, c4);
            FloatVector a5 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 5 * aRow]);
            c5 = Lanes.multiplyAdd(a5, b0, c5);
            FloatVector a6 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 6 * aRow]);
            c6 = Lanes.multiplyAdd(a6, b0, c6);
            FloatVector a7 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 7 * aRow]);
            c7 = Lanes.multiplyAdd(a7, b0, c7);
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

    /** 4 rows of 3 vectors. */
    static void rows4Vectors3(
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
        int third = second + Lanes.COUNT;
        FloatVector c00 = start(c, cStart, accumulate);
        FloatVector c01 = start(c, second, accumulate);
        FloatVector c02 = start(c, third, accumulate);
        FloatVector c10 = start(c, cStart + cStride, accumulate);
        FloatVector c11 = start(c, second + cStride, accumulate);
        FloatVector c12 = start(c, third + cStride, accumulate);
        FloatVector c20 = start(c, cStart + 2 * cStride, accumulate);
        FloatVector c21 = start(c, second + 2 * cStride, accumulate);
        FloatVector c22 = start(c, third + 2 * cStride, accumulate);
        FloatVector c30 = start(c, cStart + 3 * cStride, accumulate);
        FloatVector c31 = start(c, second + 3 * cStride, accumulate);
        FloatVector c32 = start(c, third + 3 * cStride, accumulate);
        int aIndex = aStart;
        int bIndex = bStart;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(Lanes.FLOATS, b, bIndex);
            FloatVector b1 = FloatVector.fromArray(Lanes.FLOATS, b, bIndex + Lanes.COUNT);
            FloatVector b2 = FloatVector.fromArray(Lanes.FLOATS, b, bIndex + 2 * Lanes.COUNT);
            FloatVector a0 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex]);
            c00 = Lanes.multiplyAdd(a0, b0, c00);
            c01 = Lanes.multiplyAdd(a0, b1, c01);
            c02 = Lanes.multiplyAdd(a0, b2, c02);
            FloatVector a1 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + aRow]);
            c10 = Lanes.multiplyAdd(a1, b0, c10);
            c11 = Lanes.multiplyAdd(a1, b1, c11);
            c12 = Lanes.multiplyAdd(a1, b2, c12);
            FloatVector a2 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 2 * aRow]);
            c20 = Lanes.multiplyAdd(a2, b0, c20);
            c21 = Lanes.multiplyAdd(a2, b1, c21);
            c22 = Lanes.multiplyAdd(a2, b2, c22);
            FloatVector a3 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 3 * aRow]);
            c30 = Lanes.multiplyAdd(a3, b0, c30);
            c31 = Lanes.multiplyAdd(a3, b1, c31);
            c32 = Lanes.multiplyAdd(a3, b2, c32);
            aIndex += aDepth;
            bIndex += bStride;
        }
        c00.intoArray(c, cStart);
        c01.intoArray(c, second);
        c02.intoArray(c, third);
        c10.intoArray(c, cStart + cStride);
        c11.intoArray(c, second + cStride);
        c12.intoArray(c, third + cStride);
        c20.intoArray(c, cStart + 2 * cStride);
        c21.intoArray(c, second + 2 * cStride);
        c22.intoArray(c, third + 2 * cStride);
        c30.intoArray(c, cStart + 3 * cStride);
        c31.intoArray(c, second + 3 * cStride);
        c32.intoArray(c, third + 3 * cStride);
    }

    /** 4 rows of 2 vectors. */
    static void rows4Vectors2(
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
        int aIndex = aStart;
        int bIndex = bStart;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(Lanes.FLOATS, b, bIndex);
            FloatVector b1 = FloatVector.fromArray(Lanes.FLOATS, b, bIndex + Lanes.COUNT);
            FloatVector a0 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex]);
            c00 = Lanes.multiplyAdd(a0, b0, c00);
            c01 = Lanes.multiplyAdd(a0, b1, c01);
            FloatVector a1 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + aRow]);
            c10 = Lanes.multiplyAdd(a1, b0, c10);
            c11 = Lanes.multiplyAdd(a1, b1, c11);
            FloatVector a2 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 2 * aRow]);
            c20 = Lanes.multiplyAdd(a2, b0, c20);
            c21 = Lanes.multiplyAdd(a2, b1, c21);
            FloatVector a3 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 3 * aRow]);
            c30 = Lanes.multiplyAdd(a3, b0, c30);
            c31 = Lanes.multiplyAdd(a3, b1, c31);
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
    }

    /** 4 rows of 1 vector. */
    static void rows4Vectors1(
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
        int aIndex = aStart;
        int bIndex = bStart;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(Lanes.FLOATS, b, bIndex);
            FloatVector a0 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex]);
            c0 = Lanes.multiplyAdd(a0, b0, c0);
            FloatVector a1 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + aRow]);
            c1 = Lanes.multiplyAdd(a1, b0, c1);
            FloatVector a2 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 2 * aRow]);
            c2 = Lanes.multiplyAdd(a2, b0, c2);
            FloatVector a3 = FloatVector.broadcast(Lanes.FLOATS, a[aIndex + 3 * aRow]);
            c3 = Lanes.multiplyAdd(a3, b0, c3);
            aIndex += aDepth;
            bIndex += bStride;
        }
        c0.intoArray(c, cStart);
        c1.intoArray(c, cStart + cStride);
        c2.intoArray(c, cStart + 2 * cStride);
        c3.intoArray(c, cStart + 3 * cStride);
    }

    private static FloatVector start(float[] c, int index, boolean accumulate) {
        return accumulate ? FloatVector.fromArray(Lanes.FLOATS, c, index) : FloatVector.zero(Lanes.FLOATS);
    }
}
