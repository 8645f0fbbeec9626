package org.llamadl4j.model.kernel.cpu;

import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Tensor;

/**
 * A matrix of weights of any type, row after row.
 *
 * @param rowBytes bytes of a row
 */
record WeightRows(RowFormat format, ByteMemory bytes, int rows, int columns, int rowBytes) {

    /** So that the rows that are multiplied at once lie in one {@link ByteMemory.Window}. */
    private static final int LONGEST_ROW = ByteMemory.LONGEST_RUN / RowFormat.ROWS;

    static WeightRows of(Tensor tensor) {
        StoredMemory memory = StoredMemory.of(tensor);
        int columns = tensor.columns();
        ElementType type = memory.elementType();
        Expect.that(
                columns % type.blockLength() == 0,
                "rows of %s are multiples of %d, which %s has not",
                type,
                type.blockLength(),
                tensor);
        long rowBytes = type.bytes(columns);
        Expect.that(rowBytes <= LONGEST_ROW, "rows of %d bytes are longer than %d", rowBytes, LONGEST_ROW);
        return new WeightRows(memory.format(), memory.bytes(), tensor.rows(), columns, (int) rowBytes);
    }

    /** Where row {@code row} begins. */
    long start(int row) {
        return (long) row * rowBytes;
    }

    /** Converts {@code count} numbers of row {@code row} from {@code column} on, whole blocks, to float32. */
    void unpack(int row, int column, int count, float[] target, int targetOffset, Scratch scratch) {
        long offset = start(row) + format.type().bytes(column);
        format.unpack(bytes, offset, count, target, targetOffset, scratch);
    }
}
