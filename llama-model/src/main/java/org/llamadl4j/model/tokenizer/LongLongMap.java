package org.llamadl4j.model.tokenizer;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A hash map from non-negative longs to non-negative longs that stores no objects: open addressing, linear probing. A
 * key lies beside its value, so that a look-up in a table larger than the processor's caches waits for memory once.
 */
final class LongLongMap {

    /** What {@link #get} gives for a key that is absent. */
    static final long ABSENT = -1;

    private static final long EMPTY = -1;

    private long[] entries;
    private int size;

    LongLongMap(int expectedSize) {
        entries = empty(4 * Integer.highestOneBit(Math.max(expectedSize, 8)));
    }

    private static long[] empty(int capacity) {
        long[] entries = new long[2 * capacity];
        Arrays.fill(entries, EMPTY);
        return entries;
    }

    int size() {
        return size;
    }

    long get(long key) {
        int at = find(entries, key);
        return entries[at] == key ? entries[at + 1] : ABSENT;
    }

    /** Every key with its value, in no order. */
    Stream<long[]> entries() {
        return IntStream.range(0, entries.length / 2)
                .filter(i -> entries[2 * i] != EMPTY)
                .mapToObj(i -> new long[] {entries[2 * i], entries[2 * i + 1]});
    }

    void put(long key, long value) {
        int at = find(entries, key);
        entries[at + 1] = value;
        if (entries[at] == key) {
            return;
        }
        entries[at] = key;
        if (4 * ++size > entries.length) {
            grow();
        }
    }

    private void grow() {
        long[] old = entries;
        entries = empty(old.length);
        for (int from = 0; from < old.length; from += 2) {
            if (old[from] != EMPTY) {
                int at = find(entries, old[from]);
                entries[at] = old[from];
                entries[at + 1] = old[from + 1];
            }
        }
    }

    /** Where {@code key} is, or the free place where it would be. */
    private static int find(long[] entries, long key) {
        int mask = entries.length - 2;
        long hash = key * 0x9E3779B97F4A7C15L;
        int at = (int) (hash ^ hash >>> 32) << 1 & mask;
        while (entries[at] != key && entries[at] != EMPTY) {
            at = at + 2 & mask;
        }
        return at;
    }
}
