package org.llamadl4j.model.checkpoint;

import java.nio.ByteBuffer;
import org.llamadl4j.model.kernel.Float16;

/** float32 numbers as a file stores them, rounded to the nearest and among two equally near to the even one. */
final class FloatEncoder {

    private static final int Q8_BLOCK = GgmlType.Q8_0.blockLength();

    private FloatEncoder() {}

    /** Puts the first {@code length} numbers, a whole number of blocks, into {@code target}, which is little-endian. */
    static void encode(GgmlType type, float[] source, int length, ByteBuffer target) {
        switch (type) {
            case F32 -> target.asFloatBuffer().put(source, 0, length);
            case F16 -> {
                for (int i = 0; i < length; i++) {
                    target.putShort(Float16.of(source[i]));
                }
            }
            case BF16 -> {
                for (int i = 0; i < length; i++) {
                    target.putShort(bfloat16(source[i]));
                }
            }
            case Q8_0 -> {
                for (int i = 0; i < length; i += Q8_BLOCK) {
                    encodeQ8(source, i, target);
                }
            }
            default -> throw new IllegalArgumentException(type + " can only be read");
        }
    }

    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /** To the bit what ggml makes of it: whole numbers round half away from zero, by a scale not yet rounded. */
    private static void encodeQ8(float[] source, int from, ByteBuffer target) {
        float largest = 0;
        for (int i = from; i < from + Q8_BLOCK; i++) {
            largest = Math.max(largest, Math.abs(source[i]));
        }
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        target.putShort(Float16.of(scale));
        for (int i = from; i < from + Q8_BLOCK; i++) {
            float scaled = source[i] * inverse;
            int magnitude = (int) (Math.abs((double) scaled) + 0.5);
            target.put((byte) (scaled < 0 ? -magnitude : magnitude));
        }
    }
}
