package org.llamadl4j.model.tokenizer;

import java.util.Arrays;

/**
 * Counts the words of texts that arrive in passages. A word ends where no piece could go on ({@link
 * PieceRule#mayJoin}), so the counts are all that training needs of a text. Spaces are spelled U+2581.
 *
 * <p>The word that begins a line counts twice: with a space before it, as where the line is a text of its own, and
 * without, as behind a line break inside a text. So the vocabulary suits both uses. When there are too many different
 * words, the rarest are forgotten, so that memory stays bounded.
 */
final class WordCounts {

    private static final int LONGEST_WORD = 1024;

    private final int mostWords;
    private final WordIndex words = new WordIndex();
    private long[] counts = new long[1 << 10];

    private final char[] word = new char[LONGEST_WORD];
    private int length;
    private int before;
    private boolean atTextStart = true;
    private boolean atLineStart = true;
    private boolean afterLineBreak;

    WordCounts() {
        this(1 << 22);
    }

    WordCounts(int mostWords) {
        this.mostWords = mostWords;
    }

    int size() {
        return words.size();
    }

    String word(int index) {
        return words.word(index);
    }

    long count(int index) {
        return counts[index];
    }

    /** Counts the next passage of a text; it may begin and end anywhere but inside a surrogate pair. */
    void append(String passage) {
        for (int i = 0; i < passage.length(); ) {
            int codePoint = passage.codePointAt(i);
            i += Character.charCount(codePoint);
            if (codePoint == '\n') {
                endWord();
                atLineStart = true;
                atTextStart = false;
                continue;
            }
            if (atLineStart) {
                take(MergeTable.ESCAPED_SPACE);
                atLineStart = false;
                afterLineBreak = !atTextStart;
            }
            boolean surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
            take(codePoint == ' ' ? MergeTable.ESCAPED_SPACE : surrogate ? '\uFFFD' : codePoint);
        }
    }

    /** Ends the text, so that the next passage begins another. */
    void endText() {
        endWord();
        atTextStart = true;
        atLineStart = true;
    }

    private void take(int codePoint) {
        if (length > 0 && (length + 2 > LONGEST_WORD || !PieceRule.mayJoin(before, codePoint))) {
            endWord();
        }
        length += Character.toChars(codePoint, word, length);
        before = codePoint;
    }

    private void endWord() {
        if (length > 0) {
            countFrom(0);
        }
        if (length > 1 && afterLineBreak) {
            countFrom(1);
        }
        length = 0;
        afterLineBreak = false;
    }

    private void countFrom(int start) {
        int hash = WordIndex.hash(word, start, length);
        int index = words.find(word, start, length, hash);
        if (index < 0) {
            if (words.size() == mostWords) {
                forgetRareWords();
            }
            index = words.add(word, start, length, hash);
            if (index == counts.length) {
                counts = Arrays.copyOf(counts, 2 * index);
            }
            counts[index] = 0;
        }
        counts[index]++;
    }

    /** Forgets the rarer half of the words, or all those as rare as the word in the middle. */
    private void forgetRareWords() {
        long[] sorted = Arrays.copyOf(counts, words.size());
        Arrays.sort(sorted);
        long limit = sorted[sorted.length / 2];
        IntList kept = new IntList();
        for (int index = 0; index < words.size(); index++) {
            if (counts[index] > limit) {
                counts[kept.size()] = counts[index];
                kept.add(index);
            }
        }
        words.retain(kept.toArray());
    }
}
