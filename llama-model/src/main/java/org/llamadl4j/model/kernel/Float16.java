package org.llamadl4j.model.kernel;

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
public final class Float16 {

    /** Exponent and fraction of 2⁻¹⁴, the smallest normal number, as float32 has them. */
    private static final int SMALLEST_NORMAL = 0x38800000;

    private static final int INFINITY = 0x7c00;

    private Float16() {}

    public static float toFloat(short bits) {
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        float magnitude;
        if (exponent == 0) {
            magnitude = fraction * 0x1p-24f;
        } else if (exponent == 0x1f) {
            magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else {
            magnitude = Float.intBitsToFloat((exponent + 112) << 23 | fraction << 13);
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    /** The nearest, among two equally near the one whose last bit is 0; infinite beyond the largest. */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & Integer.MAX_VALUE;
        int half;
        if (Float.isNaN(value)) {
            half = INFINITY | 0x200;
        } else if (magnitude < SMALLEST_NORMAL) {
            // Beside 0.5 the last bit of a float32 counts 2⁻²⁴, as that of a subnormal binary16 does.
            half = Float.floatToRawIntBits(Math.abs(value) + 0.5f) - Float.floatToRawIntBits(0.5f);
        } else {
            int lastBit = magnitude >> 13 & 1;
            half = Math.min((int) ((magnitude - (112L << 23) + 0xfff + lastBit) >> 13), INFINITY);
        }
        return (short) (sign | half);
    }
}
