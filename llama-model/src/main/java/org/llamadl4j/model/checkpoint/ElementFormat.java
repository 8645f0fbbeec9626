package org.llamadl4j.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.llamadl4j.model.kernel.Float16;

/** How a safetensors file stores one element; little-endian. The names are those of the format. */
enum ElementFormat {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U64(8),
    U32(4),
    U16(2),
    U8(1),
    F8_E4M3(1),
    F8_E5M2(1),
    BOOL(1);

    private final int bytes;

    ElementFormat(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    int bytes() {
        return bytes;
    }

    /** Whether {@link #toFloats} can read it. */
    boolean isFloat() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }

    /** Whether {@link #toLongs} can read it. */
    boolean isInteger() {
        return this == I64 || this == I32;
    }

    static Optional<ElementFormat> named(String name) {
        return Arrays.stream(values())
                .filter(format -> format.name().equals(name))
                .findFirst();
    }

    static String names() {
        return Arrays.stream(values()).map(ElementFormat::name).collect(Collectors.joining(", "));
    }

    /** Reads {@code length} elements from {@code source}, each rounded to float32. */
    void toFloats(ByteBuffer source, float[] target, int targetOffset, int length) {
        switch (this) {
            case F32 -> source.asFloatBuffer().get(target, targetOffset, length);
            case F64 -> {
                for (int i = 0; i < length; i++) {
                    target[targetOffset + i] = (float) source.getDouble();
                }
            }
            case F16 -> {
                for (int i = 0; i < length; i++) {
                    target[targetOffset + i] = Float16.toFloat(source.getShort());
                }
            }
            case BF16 -> {
                for (int i = 0; i < length; i++) {
                    target[targetOffset + i] = Float.intBitsToFloat(source.getShort() << 16);
                }
            }
            default -> throw new IllegalArgumentException(this + " is no floating-point format that can be read");
        }
    }

    /** Reads {@code length} elements from {@code source} without rounding. */
    void toDoubles(ByteBuffer source, double[] target, int length) {
        if (this == F64) {
            source.asDoubleBuffer().get(target, 0, length);
        } else {
            float[] floats = new float[length];
            toFloats(source, floats, 0, length);
            for (int i = 0; i < length; i++) {
                target[i] = floats[i];
            }
        }
    }

    /** Reads {@code length} elements from {@code source}. */
    void toLongs(ByteBuffer source, long[] target, int length) {
        for (int i = 0; i < length; i++) {
            target[i] = this == I64 ? source.getLong() : source.getInt();
        }
    }
}
