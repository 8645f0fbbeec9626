package org.llamadl4j.model.tokenizer;

import java.util.Arrays;

/** A hash map from non-negative longs to ints that stores no objects: open addressing, linear probing. */
final class LongIntMap {

    /** What {@link #get} gives for a key that is absent. */
    static final int ABSENT = -1;

    private static final long EMPTY = -1;

    private long[] keys;
    private int[] values;
    private int size;

    LongIntMap(int expectedSize) {
        int capacity = Integer.highestOneBit(Math.max(expectedSize, 8)) * 4;
        keys = new long[capacity];
        values = new int[capacity];
        Arrays.fill(keys, EMPTY);
    }

    /** Two non-negative ints as one key. */
    static long key(int high, int low) {
        return (long) high << 32 | low;
    }

    int size() {
        return size;
    }

    int get(long key) {
        int slot = slot(key);
        return keys[slot] == key ? values[slot] : ABSENT;
    }

    boolean contains(long key) {
        return keys[slot(key)] == key;
    }

    void put(long key, int value) {
        int slot = slot(key);
        values[slot] = value;
        if (keys[slot] == key) {
            return;
        }
        keys[slot] = key;
        if (++size > keys.length / 2) {
            grow();
        }
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new int[keys.length];
        Arrays.fill(keys, EMPTY);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != EMPTY) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        long hash = key * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash ^ hash >>> 32) & mask;
        while (keys[slot] != key && keys[slot] != EMPTY) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
