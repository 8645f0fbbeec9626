package org.llamadl4j.model.tokenizer;

import java.util.Arrays;

/**
 * The ids of words seen before, so that a frequent word is merged once. A hit allocates nothing. It grows to a bound,
 * and then begins anew. One thread uses it.
 */
final class WordCache {

    /** Longer words are seldom seen again. */
    static final int LONGEST_WORD = 64;

    private static final int MOST_WORDS = 1 << 16;

    private final WordIndex words = new WordIndex();
    private int[] starts = new int[1 << 10];
    private int[] ids = new int[1 << 12];

    /** The number of the word {@code word[start..end)}, or -1. */
    int find(char[] word, int start, int end, int hash) {
        return words.find(word, start, end, hash);
    }

    /** Adds the ids of word number {@code index} to {@code target}. */
    void copy(int index, IntList target) {
        target.addAll(ids, starts[index], starts[index + 1]);
    }

    /** Remembers {@code wordIds[from..)} for a word that {@link #find} does not know. */
    void add(char[] word, int start, int end, int hash, IntList wordIds, int from) {
        if (words.size() == MOST_WORDS) {
            words.clear();
        }
        int index = words.add(word, start, end, hash);
        if (index + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
        }
        int idEnd = starts[index] + wordIds.size() - from;
        if (idEnd > ids.length) {
            ids = Arrays.copyOf(ids, 2 * idEnd);
        }
        wordIds.copyTo(from, ids, starts[index]);
        starts[index + 1] = idEnd;
    }
}
