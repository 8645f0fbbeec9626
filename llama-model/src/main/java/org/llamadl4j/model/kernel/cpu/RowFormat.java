package org.llamadl4j.model.kernel.cpu;

import org.llamadl4j.model.kernel.ElementType;

/**
 * How rows of one floating-point type are read where they lie. No state; vectors are loaded by {@link VectorLoads}, since
 * a copy to the heap before each would halve the speed.
 */
sealed interface RowFormat permits Float32Rows, Float16Rows, Bfloat16Rows, Q8Rows {

    /** Rows that are multiplied at once: so many streams keep the memory busy, and share what is read of x. */
    int ROWS = 4;

    /** Of the scratch, for sums that are still vectors. */
    int LANES_SLOT = 15;

    static RowFormat of(ElementType type) {
        return switch (type) {
            case FLOAT32 -> Float32Rows.INSTANCE;
            case FLOAT16 -> Float16Rows.INSTANCE;
            case BFLOAT16 -> Bfloat16Rows.INSTANCE;
            case Q8_0 -> Q8Rows.INSTANCE;
            case INT32 ->
                throw new IllegalArgumentException("rows of a matrix are of a floating-point type, not INT32");
        };
    }

    ElementType type();

    /** Numbers that {@link #arrange} makes of {@code columns}. */
    int arrangedLength(int columns);

    /** Brings the {@code columns} numbers of x from {@code start} on into the order in which {@link #multiply} reads. */
    void arrange(float[] x, int start, int columns, float[] arranged);

    /**
     * Products of {@link #ROWS} rows with one x, sums[at + r] = row r · x. For processors with {@link Lanes#FUSED}.
     *
     * @param window that all rows lie in, which may be the same one several times
     * @param row0 index of the first byte of row 0
     * @param columns of a row, whole blocks
     * @param arranged what {@link #arrange} made of x
     */
    void multiply(
            ByteMemory.Window window,
            int row0,
            int row1,
            int row2,
            int row3,
            int columns,
            float[] arranged,
            Scratch scratch,
            float[] sums,
            int at);

    /**
     * Converts {@code count} numbers, whole blocks, to float32.
     *
     * @param offset of their first byte
     */
    void unpack(ByteMemory bytes, long offset, int count, float[] target, int targetOffset, Scratch scratch);

    /** Whether {@code count} numbers, whole blocks that begin at byte {@code offset}, are all finite. */
    boolean isFinite(ByteMemory bytes, long offset, int count);
}
