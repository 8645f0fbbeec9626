package org.llamadl4j.eval.score;

import java.util.List;

/**
 * Which rows of several sequences are the same, so that each is computed once. A sequence takes its first rows from a parent
 * that comes before it and computes the others itself.
 *
 * <pre>
 *   Question: What is wet?  Answer: water     parent none, computes all
 *   Question: What is wet?  Answer: fire      takes all up to the colon from the first
 *   Question: What is wet?  Answer: wood      takes the same, also from the first
 * </pre>
 */
final class SharedPrefixes {

    static final int NO_PARENT = -1;

    /** To wait for another sequence only to save less than this, or less than half, is not worth it. */
    private static final int WORTH_WAITING = 16;

    private final int[] parents;
    private final int[] shared;
    private final int[] stages;

    /** Of {@code sequences}, which are sorted by their tokens. */
    SharedPrefixes(List<TokenSequence> sequences) {
        int count = sequences.size();
        parents = new int[count];
        shared = new int[count];
        stages = new int[count];
        int[] common = new int[count]; // with the sequence before, which has most in common
        for (int i = 0; i < count; i++) {
            parents[i] = NO_PARENT;
            common[i] = i == 0 ? 0 : sequences.get(i).commonRows(sequences.get(i - 1));
            if (isWorthWaiting(common[i], sequences.get(i).rows())) {
                // The first that has as much in common can be computed soonest.
                int parent = i - 1;
                while (common[parent] >= common[i]) {
                    parent--;
                }
                parents[i] = parent;
                shared[i] = common[i];
                stages[i] = stages[parent] + 1;
            }
        }
    }

    static boolean isWorthWaiting(int common, int rows) {
        return common >= WORTH_WAITING || common > 0 && 2 * common >= rows;
    }

    /** The sequence that sequence {@code index} takes rows from, or {@link #NO_PARENT}. */
    int parent(int index) {
        return parents[index];
    }

    /** How many rows it takes. */
    int shared(int index) {
        return shared[index];
    }

    /** When it can be computed: after all of the stage before. */
    int stage(int index) {
        return stages[index];
    }

    /** The sequence that computes {@code row} of sequence {@code index}. */
    int owner(int index, int row) {
        int owner = index;
        while (row < shared[owner]) {
            owner = parents[owner];
        }
        return owner;
    }
}
