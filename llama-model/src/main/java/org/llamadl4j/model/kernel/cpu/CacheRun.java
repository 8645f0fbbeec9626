package org.llamadl4j.model.kernel.cpu;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/**
 * Rows of one call that continue one sequence: one after the other, at one position after the other.
 *
 * @param firstRow the first of them
 * @param rows how many
 * @param sequence of the cache
 * @param position of the first row
 */
record CacheRun(int firstRow, int rows, int sequence, int position) {

    /**
     * The runs of all rows whose sequence is not negative.
     *
     * @param sequenceCount S
     * @throws IllegalArgumentException if a sequence's rows are not together or not at consecutive positions
     */
    static List<CacheRun> of(IntMemory sequences, IntMemory positions, int sequenceCount) {
        int rows = (int) sequences.length();
        List<CacheRun> runs = new ArrayList<>();
        BitSet seen = new BitSet(sequenceCount);
        for (int row = 0; row < rows; ) {
            int sequence = sequences.get(row);
            int first = row++;
            if (sequence < 0) {
                continue;
            }
            Objects.checkIndex(sequence, sequenceCount);
            Expect.that(!seen.get(sequence), "the rows of sequence %d are not together", sequence);
            seen.set(sequence);
            int position = positions.get(first);
            Expect.that(position >= 0, "position %d of row %d is negative", position, first);
            while (row < rows && sequences.get(row) == sequence) {
                int expected = position + row - first;
                Expect.that(
                        positions.get(row) == expected,
                        "row %d is at position %d, and the row before it at %d",
                        row,
                        positions.get(row),
                        expected - 1);
                row++;
            }
            runs.add(new CacheRun(first, row - first, sequence, position));
        }
        return runs;
    }

    /**
     * Whether the rows are stored before they attend. In a ring of {@code slots} a later row may take the place of a key that
     * an earlier one needs.
     */
    boolean storesFirst(int slots) {
        return rows == 1 || position + rows <= slots;
    }

    /** Slots of a ring of {@code slots} that some row of the run attends to: the first so many. */
    int cachedSlots(int slots) {
        return Math.min(storesFirst(slots) ? position + rows : position, slots);
    }
}
