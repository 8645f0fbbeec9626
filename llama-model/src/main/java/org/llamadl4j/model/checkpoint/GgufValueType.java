package org.llamadl4j.model.checkpoint;

import java.util.ArrayList;
import java.util.List;
import org.llamadl4j.model.error.UserError;

/** The type of a metadata value; its number in a file is its ordinal. Whole numbers of every width become a Long. */
enum GgufValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(8),
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    /** Bytes that a value takes at least. */
    private final int leastBytes;

    GgufValueType(int leastBytes) {
        this.leastBytes = leastBytes;
    }

    /** Reads the number of a type. */
    static GgufValueType read(GgufCursor cursor) {
        int number = cursor.int32();
        if (number < 0 || number >= values().length) {
            throw cursor.broken(
                    "its type is %s; the format has 0 to %d", Integer.toUnsignedString(number), values().length - 1);
        }
        return values()[number];
    }

    /**
     * Reads a value: Long, Float, Double, Boolean, String, or a List of these.
     *
     * @throws UserError if it is longer than the file, or an array of arrays
     */
    Object readValue(GgufCursor cursor) {
        return switch (this) {
            case UINT8 -> (long) (cursor.int8() & 0xff);
            case INT8 -> (long) cursor.int8();
            case UINT16 -> (long) (cursor.int16() & 0xffff);
            case INT16 -> (long) cursor.int16();
            case UINT32 -> cursor.int32() & 0xffffffffL;
            case INT32 -> (long) cursor.int32();
            case FLOAT32 -> Float.intBitsToFloat(cursor.int32());
            case BOOL -> cursor.int8() != 0;
            case STRING -> cursor.string();
            case ARRAY -> readArray(cursor);
            case UINT64, INT64 -> cursor.int64();
            case FLOAT64 -> Double.longBitsToDouble(cursor.int64());
        };
    }

    /** The type as which a Java value is written. */
    static GgufValueType of(Object value) {
        if (value instanceof Integer) {
            return UINT32;
        }
        if (value instanceof Float) {
            return FLOAT32;
        }
        if (value instanceof Boolean) {
            return BOOL;
        }
        if (value instanceof String) {
            return STRING;
        }
        throw new IllegalArgumentException("no metadata are written from a " + value.getClass());
    }

    private static List<Object> readArray(GgufCursor cursor) {
        GgufValueType type = read(cursor);
        if (type == ARRAY) {
            throw cursor.broken("it is an array of arrays, which nobody reads");
        }
        int length = cursor.count(type.leastBytes);
        List<Object> values = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            values.add(type.readValue(cursor));
        }
        return values;
    }
}
