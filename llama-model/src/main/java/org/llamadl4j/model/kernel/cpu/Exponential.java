package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Powers of two in float32 lanes, within 2 units in the last place: -y = n - t with n whole and |t| ≤ 1/2, a polynomial for
 * 2^-t that interpolates it at Chebyshev nodes, and n added to the exponent bits.
 */
final class Exponential {

    /** exp(-x) is 2 to the power of minus this times x. */
    static final float LOG2_E = 1.44269504f;

    static final double LN_2 = 0.6931471805599453;

    /** From here on 2^-y counts as 0. */
    static final float ZERO_FROM = 100f;

    private static final int ZERO_FROM_BITS = Float.floatToRawIntBits(ZERO_FROM);

    /** Is taken from every result, so that the smallest is 0 and no product of results is a slow subnormal number. */
    private static final float SMALLEST = 0x1p-100f;

    /** Adding 1.5·2²³ rounds to the nearest whole number and leaves it in the low bits. */
    private static final float ROUND = 12582912f;

    private static final float C1 = -0.6931471880711763f;
    private static final float C2 = 0.24022650760957306f;
    private static final float C3 = -0.05550356898627073f;
    private static final float C4 = 0.00961808237061666f;
    private static final float C5 = -0.0013390978248123866f;
    private static final float C6 = 0.00015453262409320672f;

    private Exponential() {}

    /**
     * 2^-y for y ≥ -126, less 2^-100, which is nothing but where y comes near {@link #ZERO_FROM}; exactly 0 from there
     * on and for ∞ and NaN.
     */
    static FloatVector powerOfHalf(FloatVector y) {
        // Floats from 0 on are ordered as their bits are, and an integer minimum is one instruction where that of
        // floats is several.
        FloatVector limited = y.reinterpretAsInts().min(ZERO_FROM_BITS).reinterpretAsFloats();
        FloatVector shifted = FloatVector.broadcast(Lanes.FLOATS, ROUND).sub(limited);
        FloatVector t = shifted.sub(ROUND).add(limited);
        FloatVector q = FloatVector.broadcast(Lanes.FLOATS, C5);
        // Not Lanes.multiplyAdd: the compiler gives up inlining such methods in large callers, and then boxes vectors.
        if (Lanes.FUSED) {
            q = t.fma(FloatVector.broadcast(Lanes.FLOATS, C6), q);
            q = q.fma(t, FloatVector.broadcast(Lanes.FLOATS, C4));
            q = q.fma(t, FloatVector.broadcast(Lanes.FLOATS, C3));
            q = q.fma(t, FloatVector.broadcast(Lanes.FLOATS, C2));
            q = q.fma(t, FloatVector.broadcast(Lanes.FLOATS, C1));
            q = q.fma(t, FloatVector.broadcast(Lanes.FLOATS, 1f));
        } else {
            q = t.mul(C6).add(q);
            q = q.mul(t).add(C4);
            q = q.mul(t).add(C3);
            q = q.mul(t).add(C2);
            q = q.mul(t).add(C1);
            q = q.mul(t).add(1f);
        }
        return q.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats()
                .sub(SMALLEST);
    }
}
