package org.llamadl4j.model.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.Piece;
import org.llamadl4j.model.tokenizer.PieceType;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.Vocabulary;

/** The metadata of a GGUF file that describe SentencePiece BPE. */
final class GgufSentencePiece {

    /** What the format calls it. */
    static final String MODEL = "llama";

    private static final String SCORES = "tokenizer.ggml.scores";
    private static final String UNKNOWN_ID = "tokenizer.ggml.unknown_token_id";
    private static final String ADD_PREFIX = "tokenizer.ggml.add_space_prefix";
    private static final String REMOVE_EXTRA = "tokenizer.ggml.remove_extra_whitespaces";

    private static final float PADDING_SCORE = -10000;
    private static final char ESCAPED_SPACE = '\u2581';

    private GgufSentencePiece() {}

    static SentencePieceTokenizer read(GgufMetadata metadata) {
        List<Float> scores = metadata.list(SCORES, Float.class);
        if (scores.size() != GgufVocabulary.size(metadata)) {
            throw UserError.failed(
                    "%s lists %d tokens and %d scores of tokens; there must be as many of each",
                    metadata.file(), GgufVocabulary.size(metadata), scores.size());
        }
        List<Piece> pieces = new ArrayList<>();
        for (Piece piece : GgufVocabulary.pieces(metadata)) {
            // llama.cpp spells the spaces of user-defined tokens as spaces.
            String text =
                    piece.type() == PieceType.USER_DEFINED ? piece.text().replace(' ', ESCAPED_SPACE) : piece.text();
            pieces.add(new Piece(text, scores.get(pieces.size()), piece.type()));
        }
        return SentencePieceTokenizer.of(
                metadata.file(),
                new Vocabulary(
                        pieces,
                        metadata.integer(UNKNOWN_ID, 0, 0),
                        metadata.integer(GgufVocabulary.BOS_ID, 0, 1),
                        metadata.integer(GgufVocabulary.EOS_ID, 0, 2),
                        metadata.flag(ADD_PREFIX, true),
                        metadata.flag(REMOVE_EXTRA, false)));
    }

    static void write(SentencePieceTokenizer tokenizer, int size, Map<String, Object> metadata) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        List<Piece> pieces = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        for (Piece piece : vocabulary.pieces()) {
            String text =
                    piece.type() == PieceType.USER_DEFINED ? piece.text().replace(ESCAPED_SPACE, ' ') : piece.text();
            pieces.add(new Piece(text, piece.score(), piece.type()));
            scores.add(piece.score());
        }
        while (scores.size() < size) {
            scores.add(PADDING_SCORE);
        }
        metadata.put(GgufVocabulary.MODEL, MODEL);
        metadata.put(GgufVocabulary.PRE_TOKENIZER, "default");
        GgufVocabulary.writePieces(pieces, size, metadata);
        metadata.put(SCORES, scores);
        metadata.put(UNKNOWN_ID, vocabulary.unknownId());
        metadata.put(ADD_PREFIX, vocabulary.addSpacePrefix());
        metadata.put(REMOVE_EXTRA, vocabulary.removeExtraSpaces());
    }
}
