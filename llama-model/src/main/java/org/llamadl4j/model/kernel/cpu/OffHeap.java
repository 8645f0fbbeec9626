package org.llamadl4j.model.kernel.cpu;

import java.lang.ref.Cleaner;
import org.bytedeco.javacpp.Pointer;

/**
 * Zeroed memory outside the Java heap, 64-byte aligned, freed when no object refers to it any more. The system hands out
 * its pages on first touch, so a large allocation costs nothing until it is used.
 */
final class OffHeap {

    private static final int ALIGNMENT = 64;
    private static final Cleaner CLEANER = Cleaner.create();

    private final Pointer start;

    private OffHeap(Pointer start) {
        this.start = start;
    }

    static OffHeap allocate(long bytes) {
        Pointer block = Pointer.calloc(1, bytes + ALIGNMENT);
        if (block == null || block.isNull()) {
            throw new OutOfMemoryError("no memory outside the Java heap for %,d bytes".formatted(bytes));
        }
        OffHeap memory = new OffHeap(block.getPointer(-block.address() & (ALIGNMENT - 1)));
        CLEANER.register(memory, () -> Pointer.free(block));
        return memory;
    }

    /** The first byte. */
    Pointer start() {
        return start;
    }
}
