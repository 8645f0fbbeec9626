package org.llamadl4j.model.checkpoint;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.error.UserError;

/**
 * What a GGUF file says before its data: metadata, and type, shape and place of each tensor.
 *
 * @param tensors by name, in the order of the file
 * @param dataStart the byte of the file from which tensors count theirs
 */
record GgufHeader(GgufMetadata metadata, Map<String, Entry> tensors, long dataStart) {

    /** The bytes "GGUF". */
    static final int MAGIC = 0x46554747;

    /** The version that is written; 2 differs in nothing that is read here. */
    static final int VERSION = 3;

    /** What offsets are multiples of, where the metadata does not say otherwise. */
    static final int ALIGNMENT = 32;

    private static final int MOST_DIMENSIONS = 4;
    private static final String ALIGNMENT_KEY = "general.alignment";
    private static final int LARGEST_ALIGNMENT = 1 << 20;

    /** Bytes that the description of a tensor takes at least. */
    private static final int LEAST_ENTRY_BYTES = 8 + 4 + 4 + 8;

    /** Bytes that a metadata key and its value take at least. */
    private static final int LEAST_PAIR_BYTES = 8 + 4 + 1;

    /**
     * One tensor.
     *
     * @param shape as in the rest of this program: rows before columns; the file has them the other way round
     * @param begin its first byte, counted from the start of the data
     * @param end the byte after its last
     */
    record Entry(GgmlType type, long[] shape, long begin, long end) {

        /** Elements of a row. */
        long columns() {
            return shape.length == 0 ? 1 : shape[shape.length - 1];
        }
    }

    /**
     * Reads and checks a header.
     *
     * @throws UserError if it is not valid, or describes more or less than the file holds
     */
    static GgufHeader decode(GgufCursor cursor) {
        cursor.enter("the header");
        Path file = cursor.file();
        if (cursor.fileBytes() < 4 || cursor.int32() != MAGIC) {
            throw UserError.failed("%s is no GGUF file: it does not begin with the letters GGUF", file);
        }
        int version = cursor.int32();
        if (version != 2 && version != VERSION) {
            throw UserError.failed(
                    "%s is of version %s of the GGUF format; 2 and 3 are supported",
                    file, Integer.toUnsignedString(version));
        }
        cursor.enter("the number of tensors");
        int tensorCount = cursor.count(LEAST_ENTRY_BYTES);
        cursor.enter("the number of metadata keys");
        int pairCount = cursor.count(LEAST_PAIR_BYTES);
        GgufMetadata metadata = new GgufMetadata(file, readPairs(cursor, pairCount));
        int alignment = alignment(metadata);
        Map<String, Entry> tensors = new LinkedHashMap<>();
        for (int i = 0; i < tensorCount; i++) {
            cursor.enter("tensor " + i);
            String name = cursor.string();
            cursor.enter("tensor '" + name + "'");
            if (tensors.put(name, readEntry(cursor, alignment)) != null) {
                throw cursor.broken("it is there twice");
            }
        }
        long dataStart = align(cursor.position(), alignment);
        checkLayout(tensors, file, cursor.fileBytes() - dataStart, alignment);
        return new GgufHeader(metadata, tensors, dataStart);
    }

    private static Map<String, Object> readPairs(GgufCursor cursor, int count) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            cursor.enter("metadata key " + i);
            String key = cursor.string();
            cursor.enter("metadata key '" + key + "'");
            if (values.put(key, GgufValueType.read(cursor).readValue(cursor)) != null) {
                throw cursor.broken("it is there twice");
            }
        }
        return values;
    }

    private static int alignment(GgufMetadata metadata) {
        int alignment = metadata.integer(ALIGNMENT_KEY, 1, ALIGNMENT);
        if (Integer.bitCount(alignment) != 1 || alignment > LARGEST_ALIGNMENT) {
            throw metadata.wrong(ALIGNMENT_KEY, alignment, "a power of two up to " + LARGEST_ALIGNMENT);
        }
        return alignment;
    }

    private static Entry readEntry(GgufCursor cursor, int alignment) {
        int dimensions = cursor.int32();
        if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
            throw cursor.broken(
                    "it has %s dimensions; %d is the most", Integer.toUnsignedString(dimensions), MOST_DIMENSIONS);
        }
        long[] shape = new long[dimensions];
        for (int i = dimensions - 1; i >= 0; i--) {
            shape[i] = cursor.int64();
        }
        int id = cursor.int32();
        GgmlType type = GgmlType.of(id)
                .orElseThrow(() -> cursor.broken(
                        "its type has the number %s; those that can be read are %s",
                        Integer.toUnsignedString(id), GgmlType.names()));
        long begin = cursor.int64();
        if (begin < 0 || begin % alignment != 0) {
            throw cursor.broken(
                    "its offset is %s; it must be a multiple of %d", Long.toUnsignedString(begin), alignment);
        }
        long columns = dimensions == 0 ? 1 : shape[dimensions - 1];
        if (Arrays.stream(shape).anyMatch(dimension -> dimension < 0) || columns % type.blockLength() != 0) {
            throw cursor.broken(
                    "it has the shape %s; no dimension may be negative, and rows of %s are multiples of %d",
                    Arrays.toString(shape), type, type.blockLength());
        }
        try {
            long bytes = type.bytes(Arrays.stream(shape).reduce(1, Math::multiplyExact));
            return new Entry(type, shape, begin, Math.addExact(begin, bytes));
        } catch (ArithmeticException e) {
            throw cursor.broken("it has the shape %s, which no file can hold", Arrays.toString(shape));
        }
    }

    /** Tensors follow each other without overlap, and with no more between them than alignment asks for. */
    private static void checkLayout(Map<String, Entry> tensors, Path file, long dataBytes, int alignment) {
        List<Map.Entry<String, Entry>> byPlace = tensors.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin)
                        .thenComparingLong(e -> e.getValue().end))
                .toList();
        long covered = 0;
        for (Map.Entry<String, Entry> tensor : byPlace) {
            Entry entry = tensor.getValue();
            if (entry.begin != align(covered, alignment)) {
                throw UserError.failed(
                        "%s: tensor '%s' begins at byte %d of the data, but the tensors before it end at byte %d",
                        file, tensor.getKey(), entry.begin, covered);
            }
            if (entry.end > dataBytes) {
                throw UserError.failed(
                        "%s is cut short: tensor '%s' ends at byte %d of the data, the file holds %d",
                        file, tensor.getKey(), entry.end, Math.max(0, dataBytes));
            }
            covered = entry.end;
        }
        if (dataBytes - covered > alignment) {
            throw UserError.failed(
                    "%s: its header describes %d bytes of tensors, the file holds %d", file, covered, dataBytes);
        }
    }

    /** The first multiple of {@code alignment}, a power of two, that is no less than {@code position}. */
    static long align(long position, int alignment) {
        return (position + alignment - 1) & -(long) alignment;
    }
}
