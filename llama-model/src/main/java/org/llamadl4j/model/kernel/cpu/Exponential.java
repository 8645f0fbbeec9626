package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * exp in float32 lanes, within 2 units in the last place: x = n·ln 2 + r with |r| ≤ ln 2 / 2, a polynomial for exp(r)
 * that interpolates it at Chebyshev nodes, and n added to the exponent bits.
 */
final class Exponential {

    /** Smallest argument whose result is a normal number; below it the result is 0. */
    static final float LOWEST = -87.33654f;

    /** Arguments above it count as this one: the largest whose power of two is still an exponent. */
    static final float HIGHEST = 88.37f;

    /** Adding 1.5·2²³ rounds to the nearest whole number and leaves it in the low bits. */
    private static final float ROUND = 12582912f;

    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0.693115234375f;
    private static final float LN2_LOW = 3.1946184945309415e-05f;

    private static final float C2 = 0.5f;
    private static final float C3 = 0.16666576666119928f;
    private static final float C4 = 0.04166655421298415f;
    private static final float C5 = 0.008363232883682618f;
    private static final float C6 = 0.0013926250831497611f;

    private Exponential() {}

    /** exp(x): 0 below {@link #LOWEST} and for -∞, exp({@link #HIGHEST}) above that; NaN is not kept. */
    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(LOWEST).min(HIGHEST);
        FloatVector shifted = clamped.fma(vector(LOG2_E), vector(ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(vector(-LN2_LOW), n.fma(vector(-LN2_HIGH), clamped));
        FloatVector q = vector(C6).fma(r, vector(C5));
        q = q.fma(r, vector(C4));
        q = q.fma(r, vector(C3));
        q = q.fma(r, vector(C2));
        FloatVector p = q.fma(r.mul(r), r).add(1f);
        FloatVector scaled = p.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
        return scaled.blend(0f, x.compare(VectorOperators.LT, LOWEST));
    }

    private static FloatVector vector(float value) {
        return FloatVector.broadcast(Lanes.FLOATS, value);
    }
}
