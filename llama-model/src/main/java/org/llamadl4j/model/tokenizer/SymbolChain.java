package org.llamadl4j.model.tokenizer;

import java.util.Arrays;

/**
 * The symbols of one word, merged pair by pair: of all neighbours that may merge, those of the lowest rank do, the
 * leftmost of equals, until there are none. Merges wait in a binary heap, so that a word of n symbols takes O(n log n).
 * Its arrays are kept from word to word; one thread uses it.
 */
final class SymbolChain {

    /** Behind the last symbol, and before the first. */
    static final int NONE = -1;

    /** What two symbols give that do not merge. */
    static final long NO_MERGE = LongLongMap.ABSENT;

    /** The half of a merge that says which comes first. */
    private static final long RANK = -1L << Integer.SIZE;

    /** What may merge. */
    @FunctionalInterface
    interface Rule {

        /**
         * What the symbols at two neighbouring places merge into: the new symbol in the lower half and the rank of the
         * merge in the upper half, or {@link #NO_MERGE}.
         */
        long merge(int left, int right);
    }

    private int[] symbol = new int[64];
    private int[] from = new int[64];
    private int[] previous = new int[64];
    private int[] next = new int[64];
    private long[] merges = new long[64];
    private int size;
    private int end;
    private long[] heap = new long[128];
    private int heapSize;

    void clear() {
        size = 0;
    }

    /** Appends a symbol, whose text is from {@code start} to {@code textEnd}, and returns its place. */
    int add(int newSymbol, int start, int textEnd) {
        if (size == symbol.length) {
            int capacity = 2 * size;
            symbol = Arrays.copyOf(symbol, capacity);
            from = Arrays.copyOf(from, capacity);
            previous = Arrays.copyOf(previous, capacity);
            next = Arrays.copyOf(next, capacity);
            merges = Arrays.copyOf(merges, capacity);
        }
        symbol[size] = newSymbol;
        from[size] = start;
        previous[size] = size - 1;
        next[size] = NONE;
        merges[size] = NO_MERGE;
        if (size > 0) {
            next[size - 1] = size;
        }
        end = textEnd;
        return size++;
    }

    int symbol(int place) {
        return symbol[place];
    }

    /** Where the text of a symbol begins. */
    int from(int place) {
        return from[place];
    }

    /** Where the text of a symbol ends. */
    int to(int place) {
        return next[place] == NONE ? end : from[next[place]];
    }

    /** The place of the symbol behind, or {@link #NONE}; the first symbol is at place 0. */
    int next(int place) {
        return next[place];
    }

    /** Merges whatever {@code rule} allows. */
    void mergeAll(Rule rule) {
        heapSize = 0;
        for (int i = 0; i + 1 < size; i++) {
            consider(i, i + 1, rule);
        }
        while (heapSize > 0) {
            long top = pop();
            int left = (int) top;
            if (merges[left] >>> Integer.SIZE == top >>> Integer.SIZE) {
                merge(left, rule);
            }
        }
    }

    private void consider(int left, int right, Rule rule) {
        long merge = rule.merge(left, right);
        merges[left] = merge;
        if (merge != NO_MERGE) {
            push(merge & RANK | left);
        }
    }

    private void merge(int left, Rule rule) {
        int right = next[left];
        symbol[left] = (int) merges[left];
        merges[left] = NO_MERGE;
        merges[right] = NO_MERGE;
        next[left] = next[right];
        if (next[left] != NONE) {
            previous[next[left]] = left;
        }
        if (previous[left] != NONE) {
            consider(previous[left], left, rule);
        }
        if (next[left] != NONE) {
            consider(left, next[left], rule);
        }
    }

    private void push(long value) {
        if (heapSize == heap.length) {
            heap = Arrays.copyOf(heap, 2 * heapSize);
        }
        int child = heapSize++;
        while (child > 0) {
            int parent = (child - 1) / 2;
            if (heap[parent] <= value) {
                break;
            }
            heap[child] = heap[parent];
            child = parent;
        }
        heap[child] = value;
    }

    private long pop() {
        long top = heap[0];
        long last = heap[--heapSize];
        int parent = 0;
        for (int child = 1; child < heapSize; child = 2 * parent + 1) {
            if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
                child++;
            }
            if (last <= heap[child]) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = last;
        return top;
    }
}
