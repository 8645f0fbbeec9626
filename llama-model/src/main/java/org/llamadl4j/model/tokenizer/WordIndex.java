package org.llamadl4j.model.tokenizer;

import java.util.Arrays;

/**
 * Numbers words from 0 in the order in which they are added. Their text lies end to end in one array, and a look-up
 * allocates nothing. One thread uses it.
 */
final class WordIndex {

    private static final int FREE = 0;

    private int[] slots = new int[1 << 11];
    private int size;
    private int[] hashes = new int[1 << 10];
    private int[] starts = new int[(1 << 10) + 1];
    private char[] text = new char[1 << 13];

    int size() {
        return size;
    }

    /** The hash of {@code word[start..end)}, which the other methods expect. */
    static int hash(char[] word, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + word[i];
        }
        return hash;
    }

    /** The number of the word {@code word[start..end)}, or -1. */
    int find(char[] word, int start, int end, int hash) {
        int mask = slots.length - 1;
        for (int slot = spread(hash) & mask; slots[slot] != FREE; slot = slot + 1 & mask) {
            int candidate = slots[slot] - 1;
            if (hashes[candidate] == hash
                    && Arrays.equals(text, starts[candidate], starts[candidate + 1], word, start, end)) {
                return candidate;
            }
        }
        return -1;
    }

    /** Adds a word that {@link #find} does not know and returns its number. */
    int add(char[] word, int start, int end, int hash) {
        if (size == hashes.length) {
            grow();
        }
        int textEnd = starts[size] + end - start;
        if (textEnd > text.length) {
            text = Arrays.copyOf(text, 2 * textEnd);
        }
        System.arraycopy(word, start, text, starts[size], end - start);
        hashes[size] = hash;
        starts[size + 1] = textEnd;
        insert(size);
        return size++;
    }

    String word(int index) {
        return new String(text, starts[index], starts[index + 1] - starts[index]);
    }

    void clear() {
        Arrays.fill(slots, FREE);
        size = 0;
    }

    /** Forgets all words but those numbered {@code kept}, an ascending list, which get the numbers 0, 1, ... */
    void retain(int[] kept) {
        Arrays.fill(slots, FREE);
        size = 0;
        int end = 0;
        for (int index : kept) {
            int start = starts[index];
            int length = starts[index + 1] - start;
            System.arraycopy(text, start, text, end, length);
            hashes[size] = hashes[index];
            starts[size] = end;
            end += length;
            insert(size++);
        }
        starts[size] = end;
    }

    private void grow() {
        int capacity = 2 * size;
        hashes = Arrays.copyOf(hashes, capacity);
        starts = Arrays.copyOf(starts, capacity + 1);
        slots = new int[2 * capacity];
        for (int index = 0; index < size; index++) {
            insert(index);
        }
    }

    private void insert(int index) {
        int mask = slots.length - 1;
        int slot = spread(hashes[index]) & mask;
        while (slots[slot] != FREE) {
            slot = slot + 1 & mask;
        }
        slots[slot] = index + 1;
    }

    private static int spread(int hash) {
        int product = hash * 0x9E3779B9;
        return product ^ product >>> 16;
    }
}
