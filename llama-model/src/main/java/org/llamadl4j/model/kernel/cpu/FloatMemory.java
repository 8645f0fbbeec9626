package org.llamadl4j.model.kernel.cpu;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Tensor;

/** float32 numbers outside the Java heap, seen by native code through a pointer and by Java through a direct buffer. */
final class FloatMemory implements Buffer, Operand {

    /** A direct buffer counts its bytes in an int. */
    static final long MAXIMUM_LENGTH = Integer.MAX_VALUE / Float.BYTES;

    /** Keeps the memory from being freed. */
    private final Object owner;

    private final FloatPointer pointer;
    private final FloatBuffer view;

    /** The same memory as bytes, made when it is first asked for. */
    private ByteMemory bytes;

    private FloatMemory(Object owner, FloatPointer pointer, FloatBuffer view) {
        this.owner = owner;
        this.pointer = pointer;
        this.view = view;
    }

    /** Zeroed memory of its own. */
    static FloatMemory allocate(long length) {
        checkLength(length);
        OffHeap memory = OffHeap.allocate(length * Float.BYTES);
        return at(memory, memory.start(), length);
    }

    /** {@code length} numbers at the address of {@code start}, valid as long as {@code owner} is reachable. */
    static FloatMemory at(Object owner, Pointer start, long length) {
        checkLength(length);
        FloatPointer pointer = new FloatPointer(start).capacity(length);
        FloatBuffer view = length == 0 ? FloatBuffer.allocate(0) : pointer.asBuffer();
        return new FloatMemory(owner, pointer, view);
    }

    /** The numbers that {@code bytes} are: of one {@link ByteMemory.Window}, from the start of that, and aligned. */
    static FloatMemory of(ByteMemory bytes) {
        ByteBuffer buffer = bytes.window(0).bytes();
        FloatPointer pointer = new FloatPointer(new BytePointer(buffer)).capacity(buffer.capacity() / Float.BYTES);
        FloatMemory memory = new FloatMemory(bytes, pointer, buffer.asFloatBuffer());
        memory.bytes = bytes;
        return memory;
    }

    static FloatMemory of(Tensor tensor) {
        if (tensor.buffer() instanceof FloatMemory memory) {
            return memory;
        }
        throw new IllegalArgumentException("float32 memory of the CPU is needed, not " + tensor);
    }

    @Override
    public long length() {
        return view.capacity();
    }

    @Override
    public ElementType elementType() {
        return ElementType.FLOAT32;
    }

    @Override
    public boolean isWritable() {
        return !view.isReadOnly();
    }

    @Override
    public FloatMemory slice(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, length());
        FloatPointer start = pointer.getPointer(offset).capacity(length);
        return new FloatMemory(owner, start, view.slice((int) offset, (int) length));
    }

    @Override
    public FloatMemory from(long offset) {
        return slice(offset, length() - offset);
    }

    /** The address of element {@code offset}, for native code. */
    FloatPointer pointer(long offset) {
        return offset == 0 ? pointer : pointer.getPointer(offset);
    }

    /** The same memory, to be read as bytes. Not for several threads at once. */
    ByteMemory bytes() {
        if (bytes == null) {
            bytes = ByteMemory.at(owner, pointer, length() * Float.BYTES);
        }
        return bytes;
    }

    float get(int index) {
        return view.get(index);
    }

    void put(int index, float value) {
        view.put(index, value);
    }

    /** Copies {@code length} numbers from {@code index} to {@code target[offset]}. */
    void get(int index, float[] target, int offset, int length) {
        view.get(index, target, offset, length);
    }

    /** Copies {@code length} numbers from {@code source[offset]} to {@code index}. */
    void put(int index, float[] source, int offset, int length) {
        view.put(index, source, offset, length);
    }

    /** Copies {@code length} numbers from {@code sourceIndex} of {@code source} to {@code index}. */
    void put(int index, FloatMemory source, int sourceIndex, int length) {
        view.put(index, source.view, sourceIndex, length);
    }

    private static void checkLength(long length) {
        if (length < 0 || length > MAXIMUM_LENGTH) {
            throw new IllegalArgumentException(
                    "a buffer of the CPU holds 0 to %,d elements (2 GiB), not %,d".formatted(MAXIMUM_LENGTH, length));
        }
    }
}
