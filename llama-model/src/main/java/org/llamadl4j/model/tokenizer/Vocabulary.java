package org.llamadl4j.model.tokenizer;

import java.util.List;

/**
 * What defines a SentencePiece BPE tokenizer, whatever file it is kept in. Spaces are spelled U+2581.
 *
 * @param pieces the tokens; a piece's index is its id
 * @param unknownId the id of text that cannot be spelled, the only piece of type {@link PieceType#UNKNOWN}
 * @param bosId the id that begins a document, of type {@link PieceType#CONTROL}
 * @param eosId the id that ends a document, of type {@link PieceType#CONTROL}
 * @param addSpacePrefix whether a space is put before a text
 * @param removeExtraSpaces whether leading, trailing and repeated spaces are dropped
 */
public record Vocabulary(
        List<Piece> pieces, int unknownId, int bosId, int eosId, boolean addSpacePrefix, boolean removeExtraSpaces) {

    public Vocabulary {
        pieces = List.copyOf(pieces);
    }
}
