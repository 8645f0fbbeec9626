package org.llamadl4j.model.tokenizer;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** Cuts text into words by {@link SplitPattern} and gives the ids of each; an unfinished word waits for more. */
final class ByteLevelEncoder implements Tokenizer.StreamingEncoder {

    private static final int SLICE = 1 << 14;

    private final CachedWords words;
    private final IntConsumer sink;
    private final IntList ids = new IntList(SLICE);

    private char[] buffer = new char[2 * SLICE];
    private int length;

    /** The length from which on it is worth looking again whether the first word is finished. */
    private int wanted;

    ByteLevelEncoder(ByteLevelModel model, IntConsumer sink) {
        this.words = new CachedWords(new ByteLevelWordEncoder(model));
        this.sink = sink;
    }

    @Override
    public void append(String passage) {
        for (int start = 0; start < passage.length(); ) {
            int end = Math.min(start + SLICE, passage.length());
            if (end < passage.length() && Character.isHighSurrogate(passage.charAt(end - 1))) {
                end++;
            }
            appendSlice(passage, start, end);
            start = end;
        }
    }

    private void appendSlice(String passage, int start, int end) {
        int needed = length + end - start;
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(needed, 2 * buffer.length));
        }
        passage.getChars(start, end, buffer, length);
        replaceUnpairedSurrogates(length, needed);
        length = needed;
        if (length >= wanted) {
            encodeWords(false);
        }
    }

    private void replaceUnpairedSurrogates(int from, int to) {
        for (int i = from; i < to; i++) {
            if (Character.isSurrogate(buffer[i])) {
                if (i + 1 < to && Character.isSurrogatePair(buffer[i], buffer[i + 1])) {
                    i++;
                } else {
                    buffer[i] = '\uFFFD';
                }
            }
        }
    }

    private void encodeWords(boolean last) {
        int start = 0;
        while (start < length) {
            int end = SplitPattern.wordEnd(buffer, start, length, last);
            if (end == SplitPattern.UNDECIDED) {
                break;
            }
            words.encode(buffer, start, end, ids);
            start = end;
        }
        length -= start;
        System.arraycopy(buffer, start, buffer, 0, length);
        // A word is looked at again only when it has doubled, so that long ones take time in proportion to their
        // length.
        wanted = length > SLICE ? 2 * length : 0;
        int count = ids.size();
        ids.clear();
        for (int i = 0; i < count; i++) {
            sink.accept(ids.get(i));
        }
    }

    @Override
    public void finish() {
        encodeWords(true);
    }
}
