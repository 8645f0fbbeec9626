package org.llamadl4j.model.kernel.cpu;

import org.llamadl4j.model.kernel.ElementType;

/**
 * How rows of one floating-point type are read where they lie. No state; vectors are loaded by {@link VectorLoads}, since
 * a copy to the heap before each would halve the speed.
 */
sealed interface RowFormat permits Float32Rows, Float16Rows, Bfloat16Rows, Q8Rows, Q8GroupRows {

    /** Rows that are multiplied at once: so many streams keep the memory busy, and share what is read of x. */
    int ROWS = 4;

    static RowFormat of(ElementType type) {
        return switch (type) {
            case FLOAT32 -> Float32Rows.INSTANCE;
            case FLOAT16 -> Float16Rows.INSTANCE;
            case BFLOAT16 -> Bfloat16Rows.INSTANCE;
            case Q8_0 -> Q8Rows.INSTANCE;
            case Q8_0_GROUPED -> Q8GroupRows.INSTANCE;
            case INT32 ->
                throw new IllegalArgumentException("rows of a matrix are of a floating-point type, not INT32");
        };
    }

    ElementType type();

    /** Columns that {@link #arrange} and {@link #multiply} take are multiples of it. */
    int step();

    /** Numbers that {@link #arrange} makes of {@code columns}. */
    int arrangedLength(int columns);

    /** Brings the {@code columns} numbers of x from {@code start} on into the order in which {@link #multiply} reads. */
    void arrange(float[] x, int start, int columns, float[] arranged);

    /** Numbers that {@link #multiply} leaves of a row, still to be added up. */
    int lanes();

    /** What the sum of {@link #lanes} is multiplied by to be the product. */
    default float sumScale() {
        return 1f;
    }

    /**
     * Products of {@link #ROWS} rows with one x, {@link #lanes} numbers a row. For processors with {@link Lanes#FUSED}.
     *
     * @param window that all rows lie in, which may be the same one several times
     * @param row0 index of the first byte of row 0
     * @param columns from the start of a row
     * @param arranged what {@link #arrange} made of x
     * @throws Throwable as {@link VectorLoads} declares
     */
    void multiply(
            ByteMemory.Window window,
            int row0,
            int row1,
            int row2,
            int row3,
            int columns,
            float[] arranged,
            float[] lanes)
            throws Throwable;

    /**
     * Stores {@code count} numbers, whole blocks.
     *
     * @param source holds them as files do
     * @param offset of their first byte in {@code target}
     */
    default void store(byte[] source, int sourceOffset, int count, ByteMemory target, long offset) {
        target.put(offset, source, sourceOffset, Math.toIntExact(type().bytes(count)));
    }

    /**
     * Converts {@code count} numbers, whole blocks, to float32.
     *
     * @param offset of their first byte
     */
    void unpack(ByteMemory bytes, long offset, int count, float[] target, int targetOffset, Scratch scratch);

    /** Whether {@code count} numbers, whole blocks that begin at byte {@code offset}, are all finite. */
    boolean isFinite(ByteMemory bytes, long offset, int count);
}
