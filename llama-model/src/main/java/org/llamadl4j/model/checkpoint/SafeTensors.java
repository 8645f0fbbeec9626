package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Named tensors in one file of the safetensors format. Data is read when it is asked for, in pieces, so a file may be
 * larger than memory and a tensor larger than 2 GB. To compute with it, others map it: {@link #location}.
 *
 * <p>Files that {@link #write} made carry a CRC-32C of their data in the metadata, under {@link #CHECKSUM}.
 */
public final class SafeTensors implements Closeable {

    /** The metadata key of the checksum: eight hexadecimal digits. */
    public static final String CHECKSUM = "crc32c";

    private static final int PIECE_BYTES = 1 << 20;

    private final Path file;
    private final RandomAccessFile input;
    private final SafeTensorsHeader header;

    /** Where the data begins. */
    private final long dataStart;

    private final byte[] piece = new byte[PIECE_BYTES];

    private SafeTensors(Path file, RandomAccessFile input) throws IOException {
        this.file = file;
        this.input = input;
        long fileBytes = input.length();
        if (fileBytes < 8) {
            throw UserError.failed("%s is cut short: it has %d bytes, less than any safetensors file", file, fileBytes);
        }
        byte[] length = new byte[8];
        input.readFully(length);
        long headerBytes =
                ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerBytes < 2 || headerBytes > SafeTensorsHeader.LONGEST) {
            throw UserError.failed(
                    "%s is no safetensors file: it begins with a header length of %s bytes",
                    file, Long.toUnsignedString(headerBytes));
        }
        if (headerBytes > fileBytes - 8) {
            throw UserError.failed(
                    "%s is cut short: its header has %d bytes, the file %d", file, headerBytes, fileBytes);
        }
        byte[] json = new byte[Math.toIntExact(headerBytes)];
        input.readFully(json);
        this.dataStart = 8 + headerBytes;
        this.header = SafeTensorsHeader.decode(json, file, fileBytes - dataStart);
    }

    /**
     * Opens {@code file} and checks its header against its size.
     *
     * @throws UserError if there is no such file or it is not whole
     */
    public static SafeTensors open(Path file) throws IOException {
        RandomAccessFile input;
        try {
            input = new RandomAccessFile(file.toFile(), "r");
        } catch (FileNotFoundException e) {
            throw UserError.failed(
                    e,
                    Files.exists(file) ? "%s cannot be read; is it a file, and yours to read?" : "there is no file %s",
                    file);
        }
        try {
            return new SafeTensors(file, input);
        } catch (IOException | RuntimeException e) {
            input.close();
            throw e;
        }
    }

    /**
     * Writes float32 tensors: to a temporary name beside {@code file}, which replaces it once everything is on disk. If
     * that fails, {@code file} is as it was.
     *
     * @param tensors by name, written in this order
     * @param metadata free strings
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata, Kernels kernels)
            throws IOException {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        try (SafeTensorsWriter writer = new SafeTensorsWriter(file, shapes, metadata)) {
            float[] chunk = new float[PIECE_BYTES / Float.BYTES];
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
                Tensor tensor = entry.getValue();
                for (long offset = 0; offset < tensor.size(); offset += chunk.length) {
                    int length = (int) Math.min(chunk.length, tensor.size() - offset);
                    kernels.read(tensor.buffer(), offset, chunk, 0, length);
                    writer.append(entry.getKey(), chunk, length);
                }
            }
            writer.commit();
        }
    }

    /** The tensors' names, in the order of the file. */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.tensors().keySet());
    }

    /** The free strings of the header. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** The dimensions of tensor {@code name}. */
    public long[] shape(String name) {
        return entry(name).shape().clone();
    }

    /** The type of tensor {@code name} as the format calls it: F32, BF16, I64. */
    public String type(String name) {
        return entry(name).format().name();
    }

    /** Fills the float32 tensor {@code target}, of the same shape, from a tensor of F32, F64, F16 or BF16. */
    public void read(String name, Tensor target, Kernels kernels) throws IOException {
        if (!Arrays.equals(entry(name).shape(), target.shape())
                || target.buffer().elementType() != ElementType.FLOAT32) {
            throw UserError.failed(
                    "%s: tensor '%s' has the shape %s; %s is wanted",
                    file, name, Arrays.toString(entry(name).shape()), target);
        }
        float[] chunk = new float[(int) Math.min(target.size(), PIECE_BYTES / Float.BYTES)];
        for (long offset = 0; offset < target.size(); offset += chunk.length) {
            int length = (int) Math.min(chunk.length, target.size() - offset);
            read(name, offset, chunk, length);
            kernels.write(chunk, 0, target.buffer(), offset, length);
        }
    }

    /** Reads the elements {@code offset} to {@code offset + length - 1} of a tensor of F32, F64, F16 or BF16. */
    public void read(String name, long offset, float[] target, int length) throws IOException {
        ElementFormat format = floatFormat(name);
        int done = 0;
        while (done < length) {
            int count = Math.min(length - done, PIECE_BYTES / format.bytes());
            format.toFloats(elements(name, offset + done, count), target, done, count);
            done += count;
        }
    }

    /** Where the elements of tensor {@code name} lie. */
    FilePart location(String name) {
        return new FilePart(input.getChannel(), dataStart + entry(name).begin());
    }

    /** Reads the bytes of elements {@code offset} to {@code offset + length - 1} of a tensor as they are stored. */
    void readStored(String name, long offset, byte[] target, int length) throws IOException {
        SafeTensorsHeader.Entry entry = entry(name);
        int bytes = entry.format().bytes();
        readBytes(entry.begin() + offset * bytes, target, Math.multiplyExact(length, bytes));
    }

    /** A whole tensor of F32, F64, F16 or BF16, in row-major order. */
    public float[] floats(String name) throws IOException {
        float[] values = new float[arrayLength(name)];
        read(name, 0, values, values.length);
        return values;
    }

    /** A whole tensor of F32, F64, F16 or BF16, in row-major order. */
    public double[] doubles(String name) throws IOException {
        ElementFormat format = floatFormat(name);
        double[] values = new double[arrayLength(name)];
        format.toDoubles(allElements(name), values, values.length);
        return values;
    }

    /** A whole tensor of I32 or I64, in row-major order. */
    public long[] longs(String name) throws IOException {
        ElementFormat format = entry(name).format();
        if (!format.isInteger()) {
            throw UserError.failed("%s: tensor '%s' holds %s; I32 or I64 is wanted", file, name, format);
        }
        long[] values = new long[arrayLength(name)];
        format.toLongs(allElements(name), values, values.length);
        return values;
    }

    /**
     * Compares the data with the checksum of the metadata, if there is one.
     *
     * @throws UserError if they differ
     */
    public void verify() throws IOException {
        String expected = metadata().get(CHECKSUM);
        if (expected == null) {
            return;
        }
        CRC32C checksum = new CRC32C();
        long bytes = header.dataBytes();
        for (long offset = 0; offset < bytes; offset += piece.length) {
            int length = (int) Math.min(piece.length, bytes - offset);
            readBytes(offset, piece, length);
            checksum.update(piece, 0, length);
        }
        String actual = SafeTensorsWriter.hexadecimal(checksum);
        if (!actual.equals(expected)) {
            throw UserError.failed(
                    "%s was altered after it was written: its checksum is %s, it should be %s", file, actual, expected);
        }
    }

    @Override
    public void close() throws IOException {
        input.close();
    }

    private SafeTensorsHeader.Entry entry(String name) {
        SafeTensorsHeader.Entry entry = header.tensors().get(name);
        if (entry == null) {
            throw UserError.failed("%s has no tensor '%s'", file, name);
        }
        return entry;
    }

    /** The type of a tensor of F32, F64, F16 or BF16. */
    ElementFormat floatFormat(String name) {
        ElementFormat format = entry(name).format();
        if (!format.isFloat()) {
            throw UserError.failed("%s: tensor '%s' holds %s; F32, F64, F16 or BF16 is wanted", file, name, format);
        }
        return format;
    }

    private int arrayLength(String name) {
        return Math.toIntExact(entry(name).size());
    }

    /** The bytes of {@code count} elements, no more than a piece; valid until the next call. */
    private ByteBuffer elements(String name, long offset, int count) throws IOException {
        SafeTensorsHeader.Entry entry = entry(name);
        int bytes = count * entry.format().bytes();
        readBytes(entry.begin() + offset * entry.format().bytes(), piece, bytes);
        return ByteBuffer.wrap(piece, 0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer allElements(String name) throws IOException {
        SafeTensorsHeader.Entry entry = entry(name);
        byte[] bytes = new byte[Math.toIntExact(entry.end() - entry.begin())];
        readBytes(entry.begin(), bytes, bytes.length);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void readBytes(long offset, byte[] target, int length) throws IOException {
        input.seek(dataStart + offset);
        try {
            input.readFully(target, 0, length);
        } catch (EOFException e) {
            throw UserError.failed(e, "%s was cut short while it was read", file);
        }
    }
}
