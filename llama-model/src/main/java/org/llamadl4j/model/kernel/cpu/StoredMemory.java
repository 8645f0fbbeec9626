package org.llamadl4j.model.kernel.cpu;

import java.util.Objects;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Floating-point numbers as they are stored, little-endian, of any {@link RowFormat}: those that are not float32, and
 * float32 of a mapped file.
 */
final class StoredMemory implements Buffer {

    private final RowFormat format;
    private final ByteMemory bytes;
    private final long length;

    private StoredMemory(RowFormat format, ByteMemory bytes, long length) {
        this.format = format;
        this.bytes = bytes;
        this.length = length;
    }

    /** Zeroed memory for {@code length} elements. */
    static StoredMemory allocate(ElementType type, long length) {
        return of(type, ByteMemory.allocate(type.bytes(length)));
    }

    /** The elements that {@code bytes} are. */
    static StoredMemory of(ElementType type, ByteMemory bytes) {
        RowFormat format = RowFormat.of(type);
        long blocks = bytes.length() / type.bytes(type.blockLength());
        return new StoredMemory(format, bytes, blocks * type.blockLength());
    }

    /** The memory of {@code tensor}, of any floating-point type, as it is stored. */
    static StoredMemory of(Tensor tensor) {
        if (tensor.buffer() instanceof StoredMemory stored) {
            return stored;
        }
        if (tensor.buffer() instanceof FloatMemory floats) {
            return new StoredMemory(Float32Rows.INSTANCE, floats.bytes(), floats.length());
        }
        throw new IllegalArgumentException("floating-point memory of the CPU is needed, not " + tensor);
    }

    RowFormat format() {
        return format;
    }

    ByteMemory bytes() {
        return bytes;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public ElementType elementType() {
        return format.type();
    }

    @Override
    public boolean isWritable() {
        return bytes.isWritable();
    }

    @Override
    public StoredMemory slice(long offset, long count) {
        Objects.checkFromIndexSize(offset, count, length);
        ElementType type = elementType();
        return new StoredMemory(format, bytes.slice(type.bytes(offset), type.bytes(count)), count);
    }

    /** Copies {@code count} elements as files hold them to {@code offset}. */
    void put(long offset, byte[] source, int sourceOffset, int count) {
        format.store(source, sourceOffset, count, bytes, elementType().bytes(offset));
    }

    /** Copies {@code count} elements from {@code offset} on to {@code target} as float32. */
    void get(long offset, float[] target, int targetOffset, int count, Scratch scratch) {
        Objects.checkFromIndexSize(offset, count, length);
        Objects.checkFromIndexSize(targetOffset, count, target.length);
        format.unpack(bytes, elementType().bytes(offset), count, target, targetOffset, scratch);
    }
}
