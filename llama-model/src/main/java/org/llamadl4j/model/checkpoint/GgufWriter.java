package org.llamadl4j.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a GGUF file piece by piece. The data goes to a temporary name; {@link #commit} makes it durable and gives it
 * the real one, {@link #close} without commit leaves nothing behind.
 */
final class GgufWriter implements Closeable {

    private final Path file;
    private final Path temporary;
    private final Map<String, GgufHeader.Entry> tensors;
    private final RandomAccessFile output;
    private final long dataStart;
    private boolean committed;

    /**
     * @param metadata Integer (unsigned), Float, Boolean, String, or a List of Integer (signed), Float or String
     * @param tensors as {@link #layout} gave them
     */
    GgufWriter(Path file, Map<String, Object> metadata, Map<String, GgufHeader.Entry> tensors) throws IOException {
        this.file = file;
        this.temporary = file.resolveSibling("." + file.getFileName() + ".writing");
        this.tensors = tensors;
        Files.deleteIfExists(temporary);
        this.output = new RandomAccessFile(temporary.toFile(), "rw");
        try {
            byte[] header = encode(metadata, tensors);
            this.dataStart = GgufHeader.align(header.length, GgufHeader.ALIGNMENT);
            output.write(header);
            // The file has its full length, and zeros where alignment leaves gaps, before data comes; a full disk may
            // still show later.
            long end = tensors.values().stream()
                    .mapToLong(GgufHeader.Entry::end)
                    .max()
                    .orElse(0);
            output.setLength(dataStart + GgufHeader.align(end, GgufHeader.ALIGNMENT));
            output.seek(dataStart);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Places tensors one after another, in the order of {@code shapes}. */
    static Map<String, GgufHeader.Entry> layout(Map<String, GgmlType> types, Map<String, long[]> shapes) {
        Map<String, GgufHeader.Entry> tensors = new LinkedHashMap<>();
        long begin = 0;
        for (Map.Entry<String, long[]> shape : shapes.entrySet()) {
            GgmlType type = types.get(shape.getKey());
            long size = 1;
            for (long dimension : shape.getValue()) {
                size = Math.multiplyExact(size, dimension);
            }
            long end = begin + type.bytes(size);
            tensors.put(shape.getKey(), new GgufHeader.Entry(type, shape.getValue(), begin, end));
            begin = GgufHeader.align(end, GgufHeader.ALIGNMENT);
        }
        return tensors;
    }

    /** Puts bytes into tensor {@code name}, from its byte {@code offset} on. */
    void write(String name, long offset, byte[] stored, int count) throws IOException {
        GgufHeader.Entry entry = tensors.get(name);
        if (offset + count > entry.end() - entry.begin()) {
            throw new IllegalArgumentException("%d bytes at %d are outside '%s'".formatted(count, offset, name));
        }
        output.seek(dataStart + entry.begin() + offset);
        output.write(stored, 0, count);
    }

    /** Completes the file. */
    void commit() throws IOException {
        output.getFD().sync();
        output.close();
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        committed = true;
    }

    @Override
    public void close() throws IOException {
        if (!committed) {
            output.close();
            Files.deleteIfExists(temporary);
        }
    }

    private static byte[] encode(Map<String, Object> metadata, Map<String, GgufHeader.Entry> tensors) {
        Encoder header = new Encoder();
        header.int32(GgufHeader.MAGIC);
        header.int32(GgufHeader.VERSION);
        header.int64(tensors.size());
        header.int64(metadata.size());
        metadata.forEach((key, value) -> {
            header.string(key);
            header.value(value);
        });
        tensors.forEach((name, entry) -> {
            header.string(name);
            header.int32(entry.shape().length);
            for (int i = entry.shape().length - 1; i >= 0; i--) {
                header.int64(entry.shape()[i]);
            }
            header.int32(entry.type().id());
            header.int64(entry.begin());
        });
        return header.bytes.toByteArray();
    }

    /** Fields of a header one after another. */
    private static final class Encoder {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void int32(int value) {
            bytes.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        void int64(long value) {
            bytes.writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        void string(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            int64(utf8.length);
            bytes.writeBytes(utf8);
        }

        /** A value with its type before it. */
        void value(Object value) {
            if (value instanceof List<?> list) {
                GgufValueType type =
                        list.get(0) instanceof Integer ? GgufValueType.INT32 : GgufValueType.of(list.get(0));
                int32(GgufValueType.ARRAY.ordinal());
                int32(type.ordinal());
                int64(list.size());
                list.forEach(this::bare);
            } else {
                int32(GgufValueType.of(value).ordinal());
                bare(value);
            }
        }

        private void bare(Object value) {
            if (value instanceof String text) {
                string(text);
            } else if (value instanceof Boolean flag) {
                bytes.write(flag ? 1 : 0);
            } else if (value instanceof Float number) {
                int32(Float.floatToRawIntBits(number));
            } else {
                int32((Integer) value);
            }
        }
    }
}
