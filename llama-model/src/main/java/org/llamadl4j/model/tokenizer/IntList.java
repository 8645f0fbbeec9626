package org.llamadl4j.model.tokenizer;

import java.util.Arrays;

/** A growing array of ints. */
final class IntList {

    private int[] values;
    private int size;

    IntList() {
        this(16);
    }

    IntList(int capacity) {
        values = new int[capacity];
    }

    int size() {
        return size;
    }

    int get(int index) {
        return values[index];
    }

    void add(int value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size + (size >> 1) + 1);
        }
        values[size++] = value;
    }

    /** Adds the first {@code count} of three values; it is quicker than to ask which, as it never branches on it. */
    void addFirst(int count, int first, int second, int third) {
        if (size + 3 > values.length) {
            values = Arrays.copyOf(values, size + (size >> 1) + 3);
        }
        values[size] = first;
        values[size + 1] = second;
        values[size + 2] = third;
        size += count;
    }

    /** Adds {@code other[from..to)}. */
    void addAll(IntList other, int from, int to) {
        addAll(other.values, from, to);
    }

    /** Adds {@code other[from..to)}. */
    void addAll(int[] other, int from, int to) {
        int needed = size + to - from;
        if (needed > values.length) {
            values = Arrays.copyOf(values, needed + (needed >> 1));
        }
        System.arraycopy(other, from, values, size, to - from);
        size = needed;
    }

    void clear() {
        size = 0;
    }

    /** Keeps the first {@code newSize} values. */
    void truncate(int newSize) {
        size = newSize;
    }

    void set(int index, int value) {
        values[index] = value;
    }

    /** Copies all from {@code from} on. */
    void copyTo(int from, int[] target, int offset) {
        System.arraycopy(values, from, target, offset, size - from);
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
