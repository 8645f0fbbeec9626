package org.llamadl4j.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/** Pieces of parameters from one type to another. What a call returns is overwritten by the next. */
@RequiredArgsConstructor
final class TypeConversion {

    /** Where the parameters come from, for messages. */
    private final Path from;

    private float[] elements = {};
    private byte[] converted = {};

    /** The first {@code length} elements of {@code stored}, of {@code type}, as float32. */
    float[] toFloats(GgmlType type, byte[] stored, int length) {
        elements = elements.length < length ? new float[length] : elements;
        type.toFloats(ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN), elements, length);
        return elements;
    }

    /**
     * The same as {@code newType} stores them.
     *
     * @param name of the parameter, for messages
     * @throws UserError if an element is larger than {@code newType} can hold, or is not a number
     */
    byte[] convert(String name, GgmlType type, GgmlType newType, byte[] stored, int length) {
        toFloats(type, stored, length);
        int bytes = (int) newType.bytes(length);
        converted = converted.length < bytes ? new byte[bytes] : converted;
        for (int i = 0; newType != GgmlType.F32 && i < length; i++) {
            if (!(Math.abs(elements[i]) <= newType.largest())) {
                throw UserError.failed(
                        "%s: parameter %s holds %s, and %s at most %s; f32 holds it",
                        from, name, elements[i], newType, newType.largest());
            }
        }
        FloatEncoder.encode(
                newType, elements, length, ByteBuffer.wrap(converted).order(ByteOrder.LITTLE_ENDIAN));
        return converted;
    }
}
