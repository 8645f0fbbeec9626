package org.llamadl4j.model.kernel.cpu;

import java.nio.ShortBuffer;
import org.bytedeco.javacpp.ShortPointer;

/** bfloat16 numbers outside the Java heap: the upper halves of float32 numbers. */
final class Bfloat16Memory implements Operand {

    /** Keeps the memory from being freed. */
    private final OffHeap owner;

    private final ShortPointer pointer;
    private final ShortBuffer view;

    private Bfloat16Memory(OffHeap owner, ShortPointer pointer) {
        this.owner = owner;
        this.pointer = pointer;
        this.view = pointer.asBuffer();
    }

    /** Zeroed memory; {@code length} is at least 1. */
    static Bfloat16Memory allocate(long length) {
        OffHeap memory = OffHeap.allocate(length * Short.BYTES);
        return new Bfloat16Memory(memory, new ShortPointer(memory.start()).capacity(length));
    }

    long length() {
        return view.capacity();
    }

    @Override
    public Bfloat16Memory from(long offset) {
        return offset == 0
                ? this
                : new Bfloat16Memory(owner, new ShortPointer(pointer(offset)).capacity(length() - offset));
    }

    /** The address of element {@code offset}, for native code. */
    ShortPointer pointer(long offset) {
        return pointer.getPointer(offset);
    }

    short get(int index) {
        return view.get(index);
    }

    /** Copies {@code length} numbers from the start of {@code source} to {@code index}. */
    void put(int index, short[] source, int length) {
        view.put(index, source, 0, length);
    }
}
