package org.llamadl4j.model.kernel.cpu;

import java.nio.FloatBuffer;
import java.util.Objects;
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
    public FloatMemory slice(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, length());
        FloatPointer start = pointer.getPointer(offset).capacity(length);
        return new FloatMemory(owner, start, view.slice((int) offset, (int) length));
    }

    /** The address of element {@code offset}, for native code. */
    FloatPointer pointer(long offset) {
        return offset == 0 ? pointer : pointer.getPointer(offset);
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
