package org.llamadl4j.model.kernel.cpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Bytes outside the Java heap, allocated or those of a mapped file. A direct buffer ends before 2 GiB; more than that are
 * several, which overlap, so that any run of up to {@link #LONGEST_RUN} bytes lies within one.
 */
final class ByteMemory {

    /** Bytes that lie in one {@link Window}, wherever they begin. */
    static final int LONGEST_RUN = 1 << 30;

    /** Between the beginnings of two windows. */
    private static final int STRIDE = 1 << 30;

    /** Keeps the memory from being freed. */
    private final Object owner;

    /** One of the whole, or several, of which window k begins at byte k·STRIDE. */
    private final Window[] windows;

    private final long start;
    private final long length;

    /**
     * A part of the memory.
     *
     * @param bytes little-endian
     * @param vectors the same for {@link VectorLoads}
     */
    record Window(ByteBuffer bytes, Object vectors) {

        static Window of(ByteBuffer bytes) {
            ByteBuffer ordered = bytes.order(ByteOrder.LITTLE_ENDIAN);
            return new Window(ordered, VectorLoads.view(ordered));
        }
    }

    /** Makes the buffer of {@code length} bytes from {@code offset} on. */
    private interface Source {
        ByteBuffer bytes(long offset, int length) throws IOException;
    }

    private ByteMemory(Object owner, Window[] windows, long start, long length) {
        this.owner = owner;
        this.windows = windows;
        this.start = start;
        this.length = length;
    }

    /** Zeroed memory of its own. */
    static ByteMemory allocate(long length) {
        OffHeap memory = OffHeap.allocate(length);
        return at(memory, memory.start(), length);
    }

    /** {@code length} bytes at the address of {@code start}, valid as long as {@code owner} is reachable. */
    static ByteMemory at(Object owner, Pointer start, long length) {
        BytePointer pointer = new BytePointer(start);
        try {
            return of(
                    owner,
                    length,
                    (offset, count) ->
                            pointer.getPointer(offset).capacity(count).asByteBuffer());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code length} bytes of {@code file}, to be read only; unmapped when nothing refers to them any more. */
    static ByteMemory map(FileChannel file, long offset, long length) throws IOException {
        return of(file, length, (at, count) -> file.map(FileChannel.MapMode.READ_ONLY, offset + at, count));
    }

    private static ByteMemory of(Object owner, long length, Source source) throws IOException {
        int count = length <= Integer.MAX_VALUE ? 1 : Math.toIntExact((length + STRIDE - 1) / STRIDE);
        Window[] windows = new Window[count];
        for (int k = 0; k < count; k++) {
            long begin = (long) k * STRIDE;
            int bytes = (int) Math.min(length - begin, Integer.MAX_VALUE);
            windows[k] = Window.of(bytes == 0 ? ByteBuffer.allocateDirect(0) : source.bytes(begin, bytes));
        }
        return new ByteMemory(owner, windows, 0, length);
    }

    long length() {
        return length;
    }

    boolean isWritable() {
        return !windows[0].bytes().isReadOnly();
    }

    /** The bytes {@code offset} to {@code offset + count - 1}, sharing this memory. */
    ByteMemory slice(long offset, long count) {
        Objects.checkFromIndexSize(offset, count, length);
        return new ByteMemory(owner, windows, start + offset, count);
    }

    /** Where byte {@code offset} and up to {@link #LONGEST_RUN} after it are, at {@link #index}. */
    Window window(long offset) {
        return windows.length == 1 ? windows[0] : windows[(int) ((start + offset) / STRIDE)];
    }

    /** The index of byte {@code offset} in its {@link #window}. */
    int index(long offset) {
        return (int) (windows.length == 1 ? start + offset : (start + offset) % STRIDE);
    }

    /** Copies {@code count} bytes from {@code offset} on to {@code target}. */
    void get(long offset, byte[] target, int targetOffset, int count) {
        Objects.checkFromIndexSize(offset, count, length);
        window(offset).bytes().get(index(offset), target, targetOffset, count);
    }

    /** Copies {@code count} bytes to {@code offset}. */
    void put(long offset, byte[] source, int sourceOffset, int count) {
        Objects.checkFromIndexSize(offset, count, length);
        window(offset).bytes().put(index(offset), source, sourceOffset, count);
    }
}
