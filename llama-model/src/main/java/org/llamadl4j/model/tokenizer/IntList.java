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

    void copyTo(int[] target, int offset) {
        System.arraycopy(values, 0, target, offset, size);
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
