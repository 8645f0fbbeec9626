package org.llamadl4j.model.text;

/** Gathers the characters of a document and cuts them into passages. */
final class PassageBuffer {

    static final int CAPACITY = 1 << 16;

    private final char[] chars = new char[CAPACITY];
    private int size;

    /** True when no surrogate pair fits any more: time to {@link #cut}. */
    boolean isFull() {
        return CAPACITY - size < 2;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void append(char c) {
        chars[size++] = c;
    }

    /** Reads on from {@code source} until full; false if it ended before. */
    boolean fillFrom(Utf8Chars source) {
        while (!isFull()) {
            int count = source.read(chars, size, CAPACITY - size);
            if (count < 0) {
                return false;
            }
            size += count;
        }
        return true;
    }

    /** Takes everything, the end of the document. */
    String takeAll() {
        return take(size);
    }

    /** Takes a passage that more text follows: up to a line end if there is one in the second half. */
    String cut() {
        for (int end = size; end > size / 2; end--) {
            if (chars[end - 1] == '\n') {
                return take(end);
            }
        }
        return take(Character.isHighSurrogate(chars[size - 1]) ? size - 1 : size);
    }

    private String take(int end) {
        String passage = new String(chars, 0, end);
        System.arraycopy(chars, end, chars, 0, size - end);
        size -= end;
        return passage;
    }
}
