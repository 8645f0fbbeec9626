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
    private final WordEncoder wordEncoder;
    private final int unknownId;
    private final boolean byteFallback;
    private final WordCache cache = new WordCache();
    private final IntList wordIds = new IntList();
    private IntConsumer sink;

    private char[] buffer = new char[2 * SLICE];
    private int length;
    private int scanned;
    private int hash;
    private boolean started;
    private int heldSpaces;
    private boolean afterSpace;
    private boolean afterUnknown;

    SentencePieceEncoder(SentencePieceModel model, MergeTable table, int unknownId, int[] byteIds, IntConsumer sink) {
        this.normalizer = model.normalizer();
        this.table = table;
        this.wordEncoder = new WordEncoder(model.pieces(), table, unknownId, byteIds);
        this.unknownId = unknownId;
        this.byteFallback = byteIds != null;
        this.sink = sink;
    }

    /** Sends the ids of the next text elsewhere. */
    void redirect(IntConsumer newSink) {
        sink = newSink;
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
        int first = length;
        if (normalizer.removeExtraWhitespaces()) {
            copyWithoutExtraSpaces(passage, start, end);
        } else {
            passage.getChars(start, end, buffer, length);
            length += end - start;
        }
        toInnerSpelling(first);
        scan();
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

    private void toInnerSpelling(int first) {
        boolean escapes = table.escapesSpaces();
        for (int i = first; i < length; i++) {
            char c = buffer[i];
            if (c < MergeTable.ESCAPED_SPACE) {
                continue;
            }
            if (c == MergeTable.ESCAPED_SPACE && escapes) {
                buffer[i] = ' ';
            } else if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(buffer[i + 1])) {
                    i++;
                } else {
                    buffer[i] = '\uFFFD';
                }
            }
        }
    }

    private void scan() {
        char[] text = buffer;
        int wordStart = 0;
        int wordHash = hash;
        for (int i = scanned; i < length; i++) {
            char c = text[i];
            if (i > wordStart) {
                char before = text[i - 1];
                boolean joins = (before | c) < 128 ? table.mayJoin(before, c) : mayJoinBeyondAscii(text, i);
                if (!joins) {
                    encodeWord(wordStart, i, wordHash);
                    wordStart = i;
                    wordHash = 0;
                }
            }
            wordHash = WordIndex.hash(wordHash, c);
        }
        length -= wordStart;
        System.arraycopy(text, wordStart, text, 0, length);
        scanned = length;
        hash = wordHash;
    }

    private boolean mayJoinBeyondAscii(char[] text, int at) {
        if (Character.isLowSurrogate(text[at])) {
            return true;
        }
        return table.mayJoin(Character.codePointBefore(text, at), Character.codePointAt(text, at, length));
    }

    private void encodeWord(int start, int end, int wordHash) {
        int index = end - start > WordCache.LONGEST_WORD ? -1 : cache.find(buffer, start, end, wordHash);
        if (index >= 0 && byteFallback) {
            cache.replay(index, sink);
        } else if (index >= 0) {
            cache.replay(index, this::acceptMerged);
        } else {
            wordIds.clear();
            wordEncoder.encode(buffer, start, end, wordIds);
            if (end - start <= WordCache.LONGEST_WORD) {
                cache.add(buffer, start, end, wordHash, wordIds);
            }
            for (int i = 0; i < wordIds.size(); i++) {
                if (byteFallback) {
                    sink.accept(wordIds.get(i));
                } else {
                    acceptMerged(wordIds.get(i));
                }
            }
        }
    }

    /** Without byte fallback, neighbouring unknown characters are one unknown token. */
    private void acceptMerged(int id) {
        if (id != unknownId || !afterUnknown) {
            sink.accept(id);
        }
        afterUnknown = id == unknownId;
    }

    @Override
    public void finish() {
        if (length > 0) {
            encodeWord(0, length, hash);
        }
        length = 0;
        scanned = 0;
        hash = 0;
        started = false;
        heldSpaces = 0;
    }
}
