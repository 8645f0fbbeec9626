package org.llamadl4j.model.tokenizer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;
import lombok.Builder;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.DocumentReader;

/**
 * Trains a SentencePiece BPE vocabulary as LLaMA's was: numbers split into digits, bytes for characters that the
 * vocabulary lacks, text left as it is, a space put before it. Ids 0 to 2 are {@code <unk>}, {@code <s>} and {@code
 * </s>}, 3 to 258 the bytes, then come the merges, the most frequent first, and at last the characters. A line break
 * is a byte, as in LLaMA. The result depends on the text alone, not on the order of its lines.
 */
@Builder
public final class BpeTrainer {

    /** The longest piece, in characters. */
    static final int MAX_PIECE_LENGTH = 16;

    static final int UNKNOWN_ID = 0;
    static final int BEGIN_ID = 1;
    static final int END_ID = 2;

    private static final int SPECIAL_PIECES = 3 + 256;

    /** V, the number of pieces: 259 special ones, the characters, and as many merges as are left. */
    private final int vocabSize;

    /** The share of the text's characters that are pieces; the rarest others become bytes. */
    @Builder.Default
    private final double characterCoverage = 0.9995;

    /** Is told of bytes of input files as they are read. */
    @Builder.Default
    private final LongConsumer progress = bytes -> {};

    /**
     * Trains on texts, each given as one string.
     *
     * @throws UserError if the vocabulary is too small for the text's characters, or too large for the text
     */
    public SentencePieceTokenizer train(Iterable<String> texts) {
        checkOptions();
        WordCounts words = new WordCounts();
        for (String text : texts) {
            words.append(text);
            words.endText();
        }
        return train(words);
    }

    /**
     * Trains on documents of any size; memory grows with the number of different words, to a bound.
     *
     * @throws UserError if the vocabulary is too small for the text's characters, or too large for the text
     */
    public SentencePieceTokenizer train(DocumentReader documents) throws IOException {
        checkOptions();
        WordCounts words = new WordCounts();
        long reported = 0;
        while (documents.nextDocument()) {
            for (String passage; (passage = documents.nextPassage()) != null; ) {
                words.append(passage);
                progress.accept(documents.bytesRead() - reported);
                reported = documents.bytesRead();
            }
            words.endText();
        }
        progress.accept(documents.bytesRead() - reported);
        return train(words);
    }

    private void checkOptions() {
        if (vocabSize <= SPECIAL_PIECES) {
            throw UserError.usage(
                    "a vocabulary of %d is too small: %d pieces are special ones, so choose more",
                    vocabSize, SPECIAL_PIECES);
        }
        if (!(characterCoverage > 0 && characterCoverage <= 1)) {
            throw UserError.usage(
                    "a character coverage of %s: it is a share, more than 0 and at most 1", characterCoverage);
        }
    }

    private SentencePieceTokenizer train(WordCounts words) {
        if (words.size() == 0) {
            throw UserError.failed("the text to train a tokenizer on is empty");
        }
        int[] characters = frequentCharacters(words);
        int needed = SPECIAL_PIECES + characters.length;
        if (vocabSize < needed) {
            throw UserError.failed(
                    "a vocabulary of %d is too small for this text: %d special pieces and %d characters need at least"
                            + " %d (or a lower character coverage than %s)",
                    vocabSize, SPECIAL_PIECES, characters.length, needed, characterCoverage);
        }
        List<String> merges = new MergeLearner(words, characters).learn(vocabSize - needed);
        if (needed + merges.size() < vocabSize) {
            throw UserError.failed(
                    "a vocabulary of %d is too large for this text: choose at most %d",
                    vocabSize, needed + merges.size());
        }
        return new SentencePieceTokenizer(SentencePieceModel.trained(pieces(merges, characters), characterCoverage));
    }

    /** Ordered by falling count, then by code point. */
    private record CharacterCount(int codePoint, long count) implements Comparable<CharacterCount> {

        @Override
        public int compareTo(CharacterCount other) {
            int order = Long.compare(other.count, count);
            return order != 0 ? order : Integer.compare(codePoint, other.codePoint);
        }
    }

    /** The most frequent characters, which together make up the coverage; equally frequent ones by code point. */
    private int[] frequentCharacters(WordCounts words) {
        IntList different = new IntList();
        LongLongMap counts = new LongLongMap(1 << 10);
        long total = 0;
        for (int w = 0; w < words.size(); w++) {
            String word = words.word(w);
            for (int at = 0, codePoint; at < word.length(); at += Character.charCount(codePoint)) {
                codePoint = word.codePointAt(at);
                if (codePoint == 0) {
                    continue;
                }
                long count = counts.get(codePoint);
                if (count == LongLongMap.ABSENT) {
                    different.add(codePoint);
                    count = 0;
                }
                counts.put(codePoint, count + words.count(w));
                total += words.count(w);
            }
        }
        List<CharacterCount> byCount = new ArrayList<>(different.size());
        for (int i = 0; i < different.size(); i++) {
            byCount.add(new CharacterCount(different.get(i), counts.get(different.get(i))));
        }
        Collections.sort(byCount);
        IntList characters = new IntList();
        long covered = 0;
        for (CharacterCount character : byCount) {
            if ((double) covered / total >= characterCoverage) {
                break;
            }
            covered += character.count;
            if (PieceRule.isCharacter(character.codePoint)) {
                characters.add(character.codePoint);
            }
        }
        return characters.toArray();
    }

    private static List<Piece> pieces(List<String> merges, int[] characters) {
        List<Piece> pieces = new ArrayList<>();
        SentencePieceModel.SpecialPieces specials = SentencePieceModel.SpecialPieces.DEFAULT;
        pieces.add(new Piece(specials.unknown(), 0, PieceType.UNKNOWN));
        pieces.add(new Piece(specials.begin(), 0, PieceType.CONTROL));
        pieces.add(new Piece(specials.end(), 0, PieceType.CONTROL));
        for (int value = 0; value < 256; value++) {
            pieces.add(new Piece(Piece.ofByte(value), 0, PieceType.BYTE));
        }
        for (String merge : merges) {
            pieces.add(new Piece(merge, -(float) (pieces.size() - SPECIAL_PIECES), PieceType.NORMAL));
        }
        for (int character : characters) {
            pieces.add(new Piece(
                    Character.toString(character), -(float) (pieces.size() - SPECIAL_PIECES), PieceType.NORMAL));
        }
        return pieces;
    }
}
