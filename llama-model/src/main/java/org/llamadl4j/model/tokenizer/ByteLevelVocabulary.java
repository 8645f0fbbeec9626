package org.llamadl4j.model.tokenizer;

import java.util.List;

/**
 * What defines a tokenizer of byte-level BPE with the expression of Llama 3, whatever file it is kept in.
 *
 * @param pieces the tokens; a piece's index is its id. Those of type {@link PieceType#NORMAL} are bytes, spelled as in
 *     {@code tokenizer.json}; {@link PieceType#CONTROL} are special tokens and {@link PieceType#USER_DEFINED} strings that
 *     are one token wherever they stand, both as text. Scores mean nothing.
 * @param merges two spellings each with a space between, the first to be done first
 * @param ignoreMerges whether a word that is a token is that token, whatever the merges give
 */
public record ByteLevelVocabulary(List<Piece> pieces, List<String> merges, boolean ignoreMerges) {

    public ByteLevelVocabulary {
        pieces = List.copyOf(pieces);
        merges = List.copyOf(merges);
    }
}
