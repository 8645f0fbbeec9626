package org.llamadl4j.model.tokenizer;

import java.util.Arrays;

/**
 * The ids of short words of Latin-1 seen before, which are nearly all words of most European text. Such a word is its
 * own key, packed into two longs, and up to three ids lie beside it, so that a hit waits for memory once, compares no
 * text and does not branch on how many ids there are. It grows to a bound, and then begins anew. One thread uses it.
 */
final class ShortWordCache {

    /** The most characters that a key holds. */
    static final int LONGEST_WORD = 15;

    /** What {@link #find} gives for a word that is absent. */
    static final int ABSENT = -1;

    /** The low half of the key of no characters; the high half is 0 too. */
    static final long NO_CHARACTERS = 0;

    private static final int MOST_WORDS = 1 << 16;
    private static final int MOST_INLINE = 3;

    /** Longs an entry: the key's high half with the word's length, which is 0 if free; its low half; the ids. */
    private static final int STRIDE = 4;

    private static final int LENGTH_SHIFT = 56;

    private long[] entries;
    private int indexShift;
    private int size;
    private final IntList longIds = new IntList();

    ShortWordCache() {
        allocate(11);
    }

    private void allocate(int indexBits) {
        entries = new long[STRIDE << indexBits];
        indexShift = Long.SIZE - indexBits;
    }

    /** The low half of a key, after one more character. */
    static long low(long low, char next) {
        return low << 8 | next;
    }

    /** The high half of a key, after one more character behind those of {@code high} and {@code low}. */
    static long high(long high, long low) {
        return high << 8 | low >>> LENGTH_SHIFT;
    }

    /**
     * Whether a word may be looked up.
     *
     * @param union all its chars, joined by bitwise or
     */
    static boolean holds(int length, int union) {
        return length <= LONGEST_WORD && union < 256;
    }

    /** The entry of the word with this key and length, or {@link #ABSENT}. */
    int find(long high, long low, int length) {
        long[] table = entries;
        long lengthAndHigh = (long) length << LENGTH_SHIFT | high;
        int at = slot(lengthAndHigh, low);
        while (table[at] != 0) {
            if (table[at + 1] == low && table[at] == lengthAndHigh) {
                return at;
            }
            at = at + STRIDE & table.length - 1;
        }
        return ABSENT;
    }

    /** Adds the ids of an entry to {@code ids}. */
    void copy(int entry, IntList ids) {
        long first = entries[entry + 2];
        long last = entries[entry + 3];
        int count = (int) (last >>> Integer.SIZE);
        if (count <= MOST_INLINE) {
            ids.addFirst(count, (int) first, (int) (first >>> Integer.SIZE), (int) last);
        } else {
            ids.addAll(longIds, (int) first, (int) first + count);
        }
    }

    /** Remembers {@code ids[from..)}, one or more, for a word that {@link #find} does not know. */
    void add(long high, long low, int length, IntList ids, int from) {
        if (size == MOST_WORDS) {
            clear();
        } else if (2 * size * STRIDE == entries.length) {
            grow();
        }
        size++;
        long lengthAndHigh = (long) length << LENGTH_SHIFT | high;
        int at = free(lengthAndHigh, low);
        int count = ids.size() - from;
        entries[at] = lengthAndHigh;
        entries[at + 1] = low;
        if (count > MOST_INLINE) {
            entries[at + 2] = longIds.size();
            entries[at + 3] = LongIntMap.key(count, 0);
            longIds.addAll(ids, from, ids.size());
        } else {
            entries[at + 2] = LongIntMap.key(count > 1 ? ids.get(from + 1) : 0, ids.get(from));
            entries[at + 3] = LongIntMap.key(count, count > 2 ? ids.get(from + 2) : 0);
        }
    }

    private void clear() {
        Arrays.fill(entries, 0);
        longIds.clear();
        size = 0;
    }

    private void grow() {
        long[] old = entries;
        allocate(Long.SIZE - indexShift + 1);
        for (int from = 0; from < old.length; from += STRIDE) {
            if (old[from] != 0) {
                System.arraycopy(old, from, entries, free(old[from], old[from + 1]), STRIDE);
            }
        }
    }

    private int free(long lengthAndHigh, long low) {
        int at = slot(lengthAndHigh, low);
        while (entries[at] != 0) {
            at = at + STRIDE & entries.length - 1;
        }
        return at;
    }

    private int slot(long lengthAndHigh, long low) {
        long hash = low * 0x9E3779B97F4A7C15L + lengthAndHigh * 0xC2B2AE3D27D4EB4FL;
        return (int) (hash >>> indexShift) * STRIDE;
    }
}
