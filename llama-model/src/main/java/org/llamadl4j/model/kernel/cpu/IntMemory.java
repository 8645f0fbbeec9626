package org.llamadl4j.model.kernel.cpu;

import java.nio.IntBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Tensor;

/** int32 numbers outside the Java heap. */
final class IntMemory implements Buffer {

    /** A direct buffer counts its bytes in an int. */
    static final long MAXIMUM_LENGTH = Integer.MAX_VALUE / Integer.BYTES;

    /** Keeps the memory from being freed. */
    private final Object owner;

    private final IntPointer pointer;
    private final IntBuffer view;

    private IntMemory(Object owner, IntPointer pointer, IntBuffer view) {
        this.owner = owner;
        this.pointer = pointer;
        this.view = view;
    }

    /** Zeroed memory of its own. */
    static IntMemory allocate(long length) {
        checkLength(length);
        OffHeap memory = OffHeap.allocate(length * Integer.BYTES);
        return at(memory, memory.start(), length);
    }

    /** {@code length} numbers at the address of {@code start}, valid as long as {@code owner} is reachable. */
    static IntMemory at(Object owner, Pointer start, long length) {
        checkLength(length);
        IntPointer pointer = new IntPointer(start).capacity(length);
        IntBuffer view = length == 0 ? IntBuffer.allocate(0) : pointer.asBuffer();
        return new IntMemory(owner, pointer, view);
    }

    static IntMemory of(Tensor tensor) {
        if (tensor.buffer() instanceof IntMemory memory) {
            return memory;
        }
        throw new IllegalArgumentException("int32 memory of the CPU is needed, not " + tensor);
    }

    @Override
    public long length() {
        return view.capacity();
    }

    @Override
    public ElementType elementType() {
        return ElementType.INT32;
    }

    @Override
    public boolean isWritable() {
        return !view.isReadOnly();
    }

    @Override
    public IntMemory slice(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, length());
        IntPointer start = pointer.getPointer(offset).capacity(length);
        return new IntMemory(owner, start, view.slice((int) offset, (int) length));
    }

    /** The address of element {@code offset}, for native code. */
    IntPointer pointer(long offset) {
        return offset == 0 ? pointer : pointer.getPointer(offset);
    }

    int get(int index) {
        return view.get(index);
    }

    void put(int index, int value) {
        view.put(index, value);
    }

    /** Copies {@code length} numbers from {@code index} to {@code target[offset]}. */
    void get(int index, int[] target, int offset, int length) {
        view.get(index, target, offset, length);
    }

    /** Copies {@code length} numbers from {@code source[offset]} to {@code index}. */
    void put(int index, int[] source, int offset, int length) {
        view.put(index, source, offset, length);
    }

    /** Copies {@code length} numbers from {@code sourceIndex} of {@code source} to {@code index}. */
    void put(int index, IntMemory source, int sourceIndex, int length) {
        view.put(index, source.view, sourceIndex, length);
    }

    private static void checkLength(long length) {
        if (length < 0 || length > MAXIMUM_LENGTH) {
            throw new IllegalArgumentException(
                    "a buffer of the CPU holds 0 to %,d elements (2 GiB), not %,d".formatted(MAXIMUM_LENGTH, length));
        }
    }
}
