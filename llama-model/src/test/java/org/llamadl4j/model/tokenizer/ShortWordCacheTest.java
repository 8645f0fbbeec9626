package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShortWordCacheTest {

    private final ShortWordCache cache = new ShortWordCache();

    private record Key(long high, long low, int length) {

        static Key of(String word) {
            long high = ShortWordCache.NO_CHARACTERS;
            long low = ShortWordCache.NO_CHARACTERS;
            for (char c : word.toCharArray()) {
                high = ShortWordCache.high(high, low);
                low = ShortWordCache.low(low, c);
            }
            return new Key(high, low, word.length());
        }
    }

    private void add(String word, int... ids) {
        Key key = Key.of(word);
        IntList list = new IntList();
        list.add(-1);
        for (int id : ids) {
            list.add(id);
        }
        cache.add(key.high, key.low, key.length, list, 1);
    }

    /** Null for a word that is absent. */
    private int[] ids(String word) {
        Key key = Key.of(word);
        int entry = cache.find(key.high, key.low, key.length);
        if (entry == ShortWordCache.ABSENT) {
            return null;
        }
        IntList list = new IntList();
        cache.copy(entry, list);
        return list.toArray();
    }

    @Test
    void anyNumberOfIdsComesBack() {
        for (int count = 1; count <= 40; count++) {
            add("w" + count, IntStream.range(1000, 1000 + count).toArray());
        }
        for (int count = 1; count <= 40; count++) {
            assertThat(ids("w" + count))
                    .isEqualTo(IntStream.range(1000, 1000 + count).toArray());
        }
        assertThat(ids("w41")).isNull();
    }

    @Test
    void theLargestIdComesBack() {
        add("a", Integer.MAX_VALUE);
        add("b", Integer.MAX_VALUE, Integer.MAX_VALUE - 1, Integer.MAX_VALUE);
        assertThat(ids("a")).containsExactly(Integer.MAX_VALUE);
        assertThat(ids("b")).containsExactly(Integer.MAX_VALUE, Integer.MAX_VALUE - 1, Integer.MAX_VALUE);
    }

    @Test
    void wordsThatDifferInOneCharacterOrOnlyInLengthAreTwo() {
        String word = "abcdefgh\u00FFjklmno";
        for (int i = 0; i < word.length(); i++) {
            add(word.substring(0, i) + '\0' + word.substring(i + 1), i);
        }
        for (int length = 1; length <= ShortWordCache.LONGEST_WORD; length++) {
            add("\0".repeat(length), 100 + length);
        }
        for (int i = 0; i < word.length(); i++) {
            assertThat(ids(word.substring(0, i) + '\0' + word.substring(i + 1))).containsExactly(i);
        }
        for (int length = 1; length <= ShortWordCache.LONGEST_WORD; length++) {
            assertThat(ids("\0".repeat(length))).containsExactly(100 + length);
        }
        assertThat(ids(word)).isNull();
    }

    @Test
    void itHoldsFifteenCharactersOfLatin1() {
        assertThat(ShortWordCache.holds(15, 'a' | 0xFF)).isTrue();
        assertThat(ShortWordCache.holds(16, 'a')).isFalse();
        assertThat(ShortWordCache.holds(1, 'a' | 0x100)).isFalse();
    }

    @Test
    void itBeginsAnewWhenFull() {
        int more = (1 << 16) + 10;
        for (int i = 0; i < more; i++) {
            add("w" + i, i, i, i, i);
        }
        assertThat(ids("w0")).isNull();
        assertThat(ids("w" + (more - 1))).containsExactly(more - 1, more - 1, more - 1, more - 1);
        add("w0", 5);
        assertThat(ids("w0")).containsExactly(5);
    }
}
