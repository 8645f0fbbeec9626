package org.llamadl4j.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.llamadl4j.model.kernel.ElementType;

/**
 * How ggml stores the elements of a tensor, of what can be read here: in little-endian blocks, of which a row holds a
 * whole number. The names are ggml's.
 */
enum GgmlType {
    F32(0, 1, 4, Float.MAX_VALUE),
    F16(1, 1, 2, 65504),
    Q4_0(2, 32, 18, 0),
    /** A binary16 scale, and 32 whole numbers from -127 to 127. */
    Q8_0(8, 32, 34, 127 * 65504),
    Q4_K(12, 256, 144, 0),
    Q6_K(14, 256, 210, 0),
    F64(28, 1, 8, 0),
    BF16(30, 1, 2, 0x1.fep127f);

    private final int id;
    private final int blockLength;
    private final int blockBytes;
    private final float largest;

    GgmlType(int id, int blockLength, int blockBytes, float largest) {
        this.id = id;
        this.blockLength = blockLength;
        this.blockBytes = blockBytes;
        this.largest = largest;
    }

    static Optional<GgmlType> of(int id) {
        return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
    }

    static GgmlType of(ElementFormat format) {
        return valueOf(format.name());
    }

    /** The types and their numbers, for messages. */
    static String names() {
        return Arrays.stream(values()).map(type -> type + " (" + type.id + ")").collect(Collectors.joining(", "));
    }

    /** Its number in a file. */
    int id() {
        return id;
    }

    /** Elements of one block. */
    int blockLength() {
        return blockLength;
    }

    /** Bytes of {@code elements}, a whole number of blocks. */
    long bytes(long elements) {
        return Math.multiplyExact(elements / blockLength, (long) blockBytes);
    }

    /** Whether {@link FloatEncoder} can write it. */
    boolean isWritable() {
        return largest > 0;
    }

    /** The largest magnitude that it holds, where it is writable. */
    float largest() {
        return largest;
    }

    /** The same type in the memory of a device, where there is one. */
    Optional<ElementType> elementType() {
        return switch (this) {
            case F32 -> Optional.of(ElementType.FLOAT32);
            case F16 -> Optional.of(ElementType.FLOAT16);
            case BF16 -> Optional.of(ElementType.BFLOAT16);
            case Q8_0 -> Optional.of(ElementType.Q8_0);
            case F64, Q4_0, Q4_K, Q6_K -> Optional.empty();
        };
    }

    /** Whether elements are stored one by one. */
    boolean isPlain() {
        return blockLength == 1;
    }

    /** The same type as safetensors calls it, where it is plain. */
    ElementFormat elementFormat() {
        return ElementFormat.valueOf(name());
    }

    /** Reads {@code length} elements, a whole number of blocks, from the start of {@code source}, as float32. */
    void toFloats(ByteBuffer source, float[] target, int length) {
        if (isPlain()) {
            elementFormat().toFloats(source, target, 0, length);
            return;
        }
        for (int block = 0; block < length / blockLength; block++) {
            int from = block * blockBytes;
            int to = block * blockLength;
            switch (this) {
                case Q8_0 -> BlockDecoder.q8With0(source, from, target, to);
                case Q4_0 -> BlockDecoder.q4With0(source, from, target, to);
                case Q4_K -> BlockDecoder.q4WithK(source, from, target, to);
                case Q6_K -> BlockDecoder.q6WithK(source, from, target, to);
                default -> throw new IllegalStateException(this + " is stored in blocks, but has no decoder");
            }
        }
    }
}
