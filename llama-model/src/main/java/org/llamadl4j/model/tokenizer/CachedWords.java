package org.llamadl4j.model.tokenizer;

import lombok.RequiredArgsConstructor;

/** The ids of words, where those of a word seen before come from a cache. One thread uses it. */
@RequiredArgsConstructor
final class CachedWords {

    private final WordEncoder encoder;
    private final ShortWordCache shortWords = new ShortWordCache();
    private final WordCache otherWords = new WordCache();

    /** Adds the ids of {@code text[start..end)} to {@code ids}. */
    void encode(char[] text, int start, int end, IntList ids) {
        int length = end - start;
        if (length > ShortWordCache.LONGEST_WORD) {
            encodeOther(text, start, end, ids);
            return;
        }
        long high = ShortWordCache.NO_CHARACTERS;
        long low = ShortWordCache.NO_CHARACTERS;
        int union = 0;
        for (int i = start; i < end; i++) {
            high = ShortWordCache.high(high, low);
            low = ShortWordCache.low(low, text[i]);
            union |= text[i];
        }
        encode(text, start, end, high, low, union, ids);
    }

    /**
     * The same, for a caller that has made the word's key already.
     *
     * @param high the key's half
     * @param low its other half
     * @param union all chars of the word, joined by bitwise or
     */
    void encode(char[] text, int start, int end, long high, long low, int union, IntList ids) {
        int length = end - start;
        if (!ShortWordCache.holds(length, union)) {
            encodeOther(text, start, end, ids);
            return;
        }
        int entry = shortWords.find(high, low, length);
        if (entry != ShortWordCache.ABSENT) {
            shortWords.copy(entry, ids);
        } else {
            int from = ids.size();
            encoder.encode(text, start, end, ids);
            shortWords.add(high, low, length, ids, from);
        }
    }

    private void encodeOther(char[] text, int start, int end, IntList ids) {
        if (end - start > WordCache.LONGEST_WORD) {
            encoder.encode(text, start, end, ids);
            return;
        }
        int hash = WordIndex.hash(text, start, end);
        int index = otherWords.find(text, start, end, hash);
        if (index >= 0) {
            otherWords.copy(index, ids);
        } else {
            int from = ids.size();
            encoder.encode(text, start, end, ids);
            otherWords.add(text, start, end, hash, ids, from);
        }
    }
}
