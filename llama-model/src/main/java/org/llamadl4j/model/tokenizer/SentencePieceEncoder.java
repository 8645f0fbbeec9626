package org.llamadl4j.model.tokenizer;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Prepares text as the model says, cuts it between characters that no piece joins, and gives the ids of each word so
 * found. Such cuts change nothing, since no merge can cross them; only the text behind the last cut waits for more.
 */
final class SentencePieceEncoder implements Tokenizer.StreamingEncoder {

    private static final int SLICE = 1 << 14;

    private final SentencePieceModel.Normalizer normalizer;
    private final MergeTable table;
    private final CachedWords words;
    private final int unknownId;
    private final boolean byteFallback;
    private final IntList ids = new IntList(SLICE);
    private final IntConsumer sink;

    private char[] buffer = new char[2 * SLICE];
    private int length;
    private int scanned;
    private long keyHigh;
    private long keyLow;
    private int union;
    private boolean started;
    private int heldSpaces;
    private boolean afterSpace;
    private boolean afterUnknown;

    SentencePieceEncoder(SentencePieceModel model, MergeTable table, int unknownId, int[] byteIds, IntConsumer sink) {
        this.normalizer = model.normalizer();
        this.table = table;
        this.words = new CachedWords(new SentencePieceWordEncoder(model.pieces(), table, unknownId, byteIds));
        this.unknownId = unknownId;
        this.byteFallback = byteIds != null;
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
        if (!started) {
            start();
        }
        int needed = length + heldSpaces + end - start;
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(needed, 2 * buffer.length));
        }
        if (normalizer.removeExtraWhitespaces()) {
            copyWithoutExtraSpaces(passage, start, end);
        } else {
            passage.getChars(start, end, buffer, length);
            length += end - start;
        }
        scan();
        release();
    }

    private void start() {
        started = true;
        afterSpace = true;
        afterUnknown = false;
        if (!normalizer.addDummyPrefix()) {
            heldSpaces = 0;
        } else if (normalizer.removeExtraWhitespaces()) {
            heldSpaces = 1;
        } else {
            buffer[length++] = ' ';
        }
    }

    /** Spaces are held back until a character follows, so that those at the end are dropped. */
    private void copyWithoutExtraSpaces(String passage, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = passage.charAt(i);
            if (c == ' ') {
                heldSpaces += afterSpace ? 0 : 1;
                afterSpace = true;
            } else if (c == MergeTable.ESCAPED_SPACE && table.escapesSpaces()) {
                heldSpaces++;
                afterSpace = false;
            } else {
                Arrays.fill(buffer, length, length + heldSpaces, ' ');
                length += heldSpaces;
                heldSpaces = 0;
                afterSpace = false;
                buffer[length++] = c;
            }
        }
    }

    private void scan() {
        char[] text = buffer;
        int wordStart = 0;
        long high = keyHigh;
        long low = keyLow;
        int chars = union;
        for (int i = scanned; i < length; i++) {
            char c = text[i];
            if (c >= MergeTable.ESCAPED_SPACE) {
                c = innerSpelling(text, i);
                text[i] = c;
            }
            if (i > wordStart) {
                char before = text[i - 1];
                boolean joins = (before | c) < 128 ? table.mayJoin(before, c) : mayJoinBeyondAscii(text, i);
                if (!joins) {
                    words.encode(text, wordStart, i, high, low, chars, ids);
                    wordStart = i;
                    high = ShortWordCache.NO_CHARACTERS;
                    low = ShortWordCache.NO_CHARACTERS;
                    chars = 0;
                }
            }
            high = ShortWordCache.high(high, low);
            low = ShortWordCache.low(low, c);
            chars |= c;
        }
        length -= wordStart;
        System.arraycopy(text, wordStart, text, 0, length);
        scanned = length;
        keyHigh = high;
        keyLow = low;
        union = chars;
    }

    /** All before {@code at} are in inner spelling already, so that a high surrogate there belongs to a pair. */
    private char innerSpelling(char[] text, int at) {
        char c = text[at];
        if (c == MergeTable.ESCAPED_SPACE && table.escapesSpaces()) {
            return ' ';
        }
        boolean alone = Character.isHighSurrogate(c)
                ? at + 1 == length || !Character.isLowSurrogate(text[at + 1])
                : Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text[at - 1]));
        return alone ? '\uFFFD' : c;
    }

    private boolean mayJoinBeyondAscii(char[] text, int at) {
        if (Character.isLowSurrogate(text[at])) {
            return true;
        }
        return table.mayJoin(Character.codePointBefore(text, at), Character.codePointAt(text, at, length));
    }

    /** Gives what has been found to the sink. Without byte fallback, neighbouring unknown tokens are one. */
    private void release() {
        int count = ids.size();
        ids.clear();
        for (int i = 0; i < count; i++) {
            int id = ids.get(i);
            if (byteFallback || id != unknownId || !afterUnknown) {
                sink.accept(id);
            }
            afterUnknown = id == unknownId;
        }
    }

    @Override
    public void finish() {
        if (length > 0) {
            words.encode(buffer, 0, length, keyHigh, keyLow, union, ids);
            release();
        }
        length = 0;
        scanned = 0;
        keyHigh = ShortWordCache.NO_CHARACTERS;
        keyLow = ShortWordCache.NO_CHARACTERS;
        union = 0;
        started = false;
        heldSpaces = 0;
    }
}
