package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Products of {@link RowFormat#ROWS} rows w with up to three rows x, all on the heap and of whole vectors: a number of w
 * is loaded once for all x, and each x once for all w. Each method leaves the sums of its products in {@code lanes}, a
 * vector each, x after x and row after row. Each is written out and of more than 325 bytecodes, so that the compiler
 * compiles it by itself, with all sums in registers.
 */
final class DotBlock {

    /** Rows x of a call at most. */
    static final int MOST_INPUTS = 3;

    private DotBlock() {}

    /**
     * Products with {@code inputs} rows x, 1 to {@link #MOST_INPUTS}.
     *
     * @param length of a row, a number of whole vectors
     * @param w rows, the first at index 0, {@code length} apart
     * @param xStart index of the first x
     * @param xStride from one x to the next
     */
    static void multiply(int inputs, int length, float[] w, float[] x, int xStart, int xStride, float[] lanes) {
        switch (inputs) {
            case 1 -> inputs1(length, w, x, xStart, lanes);
            case 2 -> inputs2(length, w, x, xStart, xStart + xStride, lanes);
            default -> inputs3(length, w, x, xStart, xStart + xStride, xStart + 2 * xStride, lanes);
        }
    }

    private static void inputs1(int length, float[] w, float[] x, int xStart, float[] lanes) {
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector x0 = FloatVector.fromArray(Lanes.FLOATS, x, xStart + i);
            sum0 = Lanes.multiplyAdd(FloatVector.fromArray(Lanes.FLOATS, w, i), x0, sum0);
            sum1 = Lanes.multiplyAdd(FloatVector.fromArray(Lanes.FLOATS, w, length + i), x0, sum1);
            sum2 = Lanes.multiplyAdd(FloatVector.fromArray(Lanes.FLOATS, w, 2 * length + i), x0, sum2);
            sum3 = Lanes.multiplyAdd(FloatVector.fromArray(Lanes.FLOATS, w, 3 * length + i), x0, sum3);
        }
        sum0.intoArray(lanes, 0);
        sum1.intoArray(lanes, Lanes.COUNT);
        sum2.intoArray(lanes, 2 * Lanes.COUNT);
        sum3.intoArray(lanes, 3 * Lanes.COUNT);
    }

    private static void inputs2(int length, float[] w, float[] x, int xStart0, int xStart1, float[] lanes) {
        FloatVector sum00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum01 = sum00;
        FloatVector sum02 = sum00;
        FloatVector sum03 = sum00;
        FloatVector sum10 = sum00;
        FloatVector sum11 = sum00;
        FloatVector sum12 = sum00;
        FloatVector sum13 = sum00;
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector x0 = FloatVector.fromArray(Lanes.FLOATS, x, xStart0 + i);
            FloatVector x1 = FloatVector.fromArray(Lanes.FLOATS, x, xStart1 + i);
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, w, i);
            sum00 = Lanes.multiplyAdd(w0, x0, sum00);
            sum10 = Lanes.multiplyAdd(w0, x1, sum10);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, w, length + i);
            sum01 = Lanes.multiplyAdd(w1, x0, sum01);
            sum11 = Lanes.multiplyAdd(w1, x1, sum11);
            FloatVector w2 = FloatVector.fromArray(Lanes.FLOATS, w, 2 * length + i);
            sum02 = Lanes.multiplyAdd(w2, x0, sum02);
            sum12 = Lanes.multiplyAdd(w2, x1, sum12);
            FloatVector w3 = FloatVector.fromArray(Lanes.FLOATS, w, 3 * length + i);
            sum03 = Lanes.multiplyAdd(w3, x0, sum03);
            sum13 = Lanes.multiplyAdd(w3, x1, sum13);
        }
        sum00.intoArray(lanes, 0);
        sum01.intoArray(lanes, Lanes.COUNT);
        sum02.intoArray(lanes, 2 * Lanes.COUNT);
        sum03.intoArray(lanes, 3 * Lanes.COUNT);
        sum10.intoArray(lanes, 4 * Lanes.COUNT);
        sum11.intoArray(lanes, 5 * Lanes.COUNT);
        sum12.intoArray(lanes, 6 * Lanes.COUNT);
        sum13.intoArray(lanes, 7 * Lanes.COUNT);
    }

    private static void inputs3(
            int length, float[] w, float[] x, int xStart0, int xStart1, int xStart2, float[] lanes) {
        FloatVector sum00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum01 = sum00;
        FloatVector sum02 = sum00;
        FloatVector sum03 = sum00;
        FloatVector sum10 = sum00;
        FloatVector sum11 = sum00;
        FloatVector sum12 = sum00;
        FloatVector sum13 = sum00;
        FloatVector sum20 = sum00;
        FloatVector sum21 = sum00;
        FloatVector sum22 = sum00;
        FloatVector sum23 = sum00;
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector x0 = FloatVector.fromArray(Lanes.FLOATS, x, xStart0 + i);
            FloatVector x1 = FloatVector.fromArray(Lanes.FLOATS, x, xStart1 + i);
            FloatVector x2 = FloatVector.fromArray(Lanes.FLOATS, x, xStart2 + i);
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, w, i);
            sum00 = Lanes.multiplyAdd(w0, x0, sum00);
            sum10 = Lanes.multiplyAdd(w0, x1, sum10);
            sum20 = Lanes.multiplyAdd(w0, x2, sum20);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, w, length + i);
            sum01 = Lanes.multiplyAdd(w1, x0, sum01);
            sum11 = Lanes.multiplyAdd(w1, x1, sum11);
            sum21 = Lanes.multiplyAdd(w1, x2, sum21);
            FloatVector w2 = FloatVector.fromArray(Lanes.FLOATS, w, 2 * length + i);
            sum02 = Lanes.multiplyAdd(w2, x0, sum02);
            sum12 = Lanes.multiplyAdd(w2, x1, sum12);
            sum22 = Lanes.multiplyAdd(w2, x2, sum22);
            FloatVector w3 = FloatVector.fromArray(Lanes.FLOATS, w, 3 * length + i);
            sum03 = Lanes.multiplyAdd(w3, x0, sum03);
            sum13 = Lanes.multiplyAdd(w3, x1, sum13);
            sum23 = Lanes.multiplyAdd(w3, x2, sum23);
        }
        sum00.intoArray(lanes, 0);
        sum01.intoArray(lanes, Lanes.COUNT);
        sum02.intoArray(lanes, 2 * Lanes.COUNT);
        sum03.intoArray(lanes, 3 * Lanes.COUNT);
        sum10.intoArray(lanes, 4 * Lanes.COUNT);
        sum11.intoArray(lanes, 5 * Lanes.COUNT);
        sum12.intoArray(lanes, 6 * Lanes.COUNT);
        sum13.intoArray(lanes, 7 * Lanes.COUNT);
        sum20.intoArray(lanes, 8 * Lanes.COUNT);
        sum21.intoArray(lanes, 9 * Lanes.COUNT);
        sum22.intoArray(lanes, 10 * Lanes.COUNT);
        sum23.intoArray(lanes, 11 * Lanes.COUNT);
    }
}
