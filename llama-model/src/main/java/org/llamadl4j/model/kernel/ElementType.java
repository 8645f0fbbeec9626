package org.llamadl4j.model.kernel;

/**
 * What a {@link Buffer} holds. All arithmetic is on {@link #FLOAT32}; of the smaller floating-point types there are only
 * matrices of weights, for {@link Kernels#linear}, {@link Kernels#embedding} and {@link Kernels#crossEntropy}.
 */
public enum ElementType {
    FLOAT32(1, 4),
    INT32(1, 4),
    /** IEEE 754 binary16. */
    FLOAT16(1, 2),
    /** The upper halves of float32 numbers. */
    BFLOAT16(1, 2),
    /** ggml's blocks of 32 numbers: a binary16 scale, then 32 signed bytes, each to be multiplied by it. */
    Q8_0(32, 34),
    /**
     * The numbers of eight blocks of {@link #Q8_0} in the order in which a device multiplies them fastest, scales in float32.
     * Written as {@link #Q8_0} is; no file holds it.
     */
    Q8_0_GROUPED(256, 288);

    private final int blockLength;
    private final int blockBytes;

    ElementType(int blockLength, int blockBytes) {
        this.blockLength = blockLength;
        this.blockBytes = blockBytes;
    }

    /** Elements that are stored together: rows, and parts of buffers, are multiples of it. */
    public int blockLength() {
        return blockLength;
    }

    /**
     * The type that rows of {@code columns} such numbers are fastest to compute with in, the numbers the same: not this one
     * where it is {@link #Q8_0} and they are whole groups.
     */
    public ElementType inRowsOf(long columns) {
        return this == Q8_0 && columns % Q8_0_GROUPED.blockLength == 0 ? Q8_0_GROUPED : this;
    }

    /**
     * Bytes of {@code elements}.
     *
     * @throws IllegalArgumentException if they are no whole number of blocks
     */
    public long bytes(long elements) {
        if (elements % blockLength != 0) {
            throw new IllegalArgumentException(
                    "%d elements are no whole number of blocks of %d".formatted(elements, blockLength));
        }
        return Math.multiplyExact(elements / blockLength, (long) blockBytes);
    }
}
