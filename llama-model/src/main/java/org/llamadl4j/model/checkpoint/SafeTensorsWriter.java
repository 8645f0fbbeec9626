package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes a safetensors file piece by piece. The data goes to a temporary name; {@link #commit} makes
 * it durable and gives it the real one, {@link #close} without commit leaves nothing behind.
 *
 * <p>It uses {@link RandomAccessFile}, since a channel would be closed by an interrupt of the thread: an interrupted
 * training run still saves.
 */
final class SafeTensorsWriter implements Closeable {

    private final Path file;
    private final Path temporary;
    private final SafeTensorsHeader header;
    private final RandomAccessFile output;
    private final CRC32C checksum = new CRC32C();

    private final Iterator<Map.Entry<String, SafeTensorsHeader.Entry>> remaining;
    private Map.Entry<String, SafeTensorsHeader.Entry> current;
    private long written;
    private boolean committed;
    private byte[] bytes = {};

    /**
     * For float32 tensors.
     *
     * @param shapes of every tensor, in the order in which they will be appended
     * @param metadata free strings; the checksum is added to them
     */
    SafeTensorsWriter(Path file, Map<String, long[]> shapes, Map<String, String> metadata) throws IOException {
        this(file, shapes, float32(shapes), metadata);
    }

    /**
     * For tensors of different types.
     *
     * @param shapes of every tensor, in the order in which they will be appended
     * @param formats of every tensor
     * @param metadata free strings; the checksum is added to them
     */
    SafeTensorsWriter(
            Path file, Map<String, long[]> shapes, Map<String, ElementFormat> formats, Map<String, String> metadata)
            throws IOException {
        this.file = file;
        this.temporary = file.resolveSibling("." + file.getFileName() + ".writing");
        this.header = SafeTensorsHeader.of(formats, shapes, withChecksum(metadata, checksum));
        this.remaining = header.tensors().entrySet().iterator();
        Files.deleteIfExists(temporary);
        this.output = new RandomAccessFile(temporary.toFile(), "rw");
        try {
            writeHeader(header);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Appends the next {@code length} elements of the float32 tensor {@code name}. */
    void append(String name, float[] elements, int length) throws IOException {
        int count = length * Float.BYTES;
        if (bytes.length < count) {
            bytes = new byte[count];
        }
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(elements, 0, length);
        append(name, bytes, count);
    }

    /** Appends the next {@code count} bytes of tensor {@code name}; tensors come in the order of the header. */
    void append(String name, byte[] stored, int count) throws IOException {
        while (current == null || written == current.getValue().end()) {
            current = remaining.next();
        }
        if (!current.getKey().equals(name)
                || written + count > current.getValue().end()) {
            throw new IllegalStateException("%d bytes of '%s' do not belong at byte %d, in '%s'"
                    .formatted(count, name, written, current.getKey()));
        }
        output.write(stored, 0, count);
        checksum.update(stored, 0, count);
        written += count;
    }

    /** Completes the file: all tensors must have been appended. */
    void commit() throws IOException {
        if (written != header.dataBytes()) {
            throw new IllegalStateException("%d of %d bytes were appended".formatted(written, header.dataBytes()));
        }
        output.seek(0);
        writeHeader(new SafeTensorsHeader(header.tensors(), withChecksum(header.metadata(), checksum)));
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

    static String hexadecimal(CRC32C checksum) {
        return "%08x".formatted(checksum.getValue());
    }

    private static Map<String, ElementFormat> float32(Map<String, long[]> shapes) {
        Map<String, ElementFormat> formats = new LinkedHashMap<>();
        shapes.keySet().forEach(name -> formats.put(name, ElementFormat.F32));
        return formats;
    }

    /** The checksum always has eight digits, so the header can be written again when it is known. */
    private static Map<String, String> withChecksum(Map<String, String> metadata, CRC32C checksum) {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.put(SafeTensors.CHECKSUM, hexadecimal(checksum));
        return all;
    }

    private void writeHeader(SafeTensorsHeader header) throws IOException {
        byte[] json = header.encode();
        output.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .array());
        output.write(json);
    }
}
