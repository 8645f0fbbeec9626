package org.llamadl4j.model.kernel;

/**
 * Contiguous memory of one element type on the device that a {@link Kernels} drives. It can be read from Java only
 * through {@link Kernels#read}; it lives until the device is closed or it is unreachable.
 */
public interface Buffer {

    /** Number of elements. */
    long length();

    ElementType elementType();

    /** Whether kernels may write to it; to a mapped file they may not. */
    boolean isWritable();

    /** The elements {@code offset} to {@code offset + length - 1}, sharing this memory. */
    Buffer slice(long offset, long length);
}
