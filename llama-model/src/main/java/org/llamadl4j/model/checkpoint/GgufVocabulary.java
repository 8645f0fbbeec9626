package org.llamadl4j.model.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.Piece;
import org.llamadl4j.model.tokenizer.PieceType;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.Vocabulary;

/**
 * The metadata of a GGUF file that describe a SentencePiece tokenizer. There are as many tokens as rows of the
 * embedding; those that the tokenizer lacks are called {@code [PAD7]} by their ids, as llama.cpp's converter calls them.
 */
final class GgufVocabulary {

    private static final String MODEL = "tokenizer.ggml.model";
    private static final String PRE_TOKENIZER = "tokenizer.ggml.pre";
    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final String SCORES = "tokenizer.ggml.scores";
    private static final String TYPES = "tokenizer.ggml.token_type";
    private static final String BOS_ID = "tokenizer.ggml.bos_token_id";
    private static final String EOS_ID = "tokenizer.ggml.eos_token_id";
    private static final String END_OF_TURN_ID = "tokenizer.ggml.eot_token_id";
    private static final String END_OF_MESSAGE_ID = "tokenizer.ggml.eom_token_id";

    /** All tokens that end a text, where the format has no keys for so many; other programs ignore it. */
    private static final String END_IDS = "llamadl4j.end_token_ids";

    /** The token of Llama 3.1 that ends a message but not a turn. */
    private static final String END_OF_MESSAGE = "<|eom_id|>";

    private static final String UNKNOWN_ID = "tokenizer.ggml.unknown_token_id";
    private static final String ADD_BOS = "tokenizer.ggml.add_bos_token";
    private static final String ADD_EOS = "tokenizer.ggml.add_eos_token";
    private static final String ADD_PREFIX = "tokenizer.ggml.add_space_prefix";
    private static final String REMOVE_EXTRA = "tokenizer.ggml.remove_extra_whitespaces";

    private static final float PADDING_SCORE = -10000;

    private GgufVocabulary() {}

    /** How many tokens the file lists, with those that only fill up. */
    static int size(GgufMetadata metadata) {
        return metadata.list(TOKENS, String.class).size();
    }

    /**
     * Reads the tokenizer, without the tokens that only fill up.
     *
     * @throws UserError if a key is missing or wrong, or the tokenizer is of another kind
     */
    static SentencePieceTokenizer read(GgufMetadata metadata) {
        String model = metadata.text(MODEL);
        if (!model.equals("llama")) {
            throw metadata.wrong(MODEL, model, "llama, which stands for SentencePiece BPE; others are not supported");
        }
        if (!metadata.flag(ADD_BOS, true)) {
            throw metadata.wrong(ADD_BOS, false, "true; every text begins with that token here");
        }
        return SentencePieceTokenizer.of(
                metadata.file(),
                new Vocabulary(
                        pieces(metadata),
                        metadata.integer(UNKNOWN_ID, 0, 0),
                        metadata.integer(BOS_ID, 0, 1),
                        metadata.integer(EOS_ID, 0, 2),
                        metadata.flag(ADD_PREFIX, true),
                        metadata.flag(REMOVE_EXTRA, false)));
    }

    /** The tokens that end a text: of a document, a turn, a message. */
    static SortedSet<Integer> endIds(GgufMetadata metadata, SentencePieceTokenizer tokenizer) {
        int size = size(metadata);
        SortedSet<Integer> ids = new TreeSet<>(Set.of(tokenizer.eosId()));
        for (String key : List.of(END_OF_TURN_ID, END_OF_MESSAGE_ID)) {
            if (metadata.has(key)) {
                ids.add(metadata.integer(key, 0));
            }
        }
        if (metadata.has(END_IDS)) {
            for (long id : metadata.list(END_IDS, Long.class)) {
                ids.add((int) Math.max(-1, Math.min(id, Integer.MAX_VALUE)));
            }
        }
        if (ids.first() < 0 || ids.last() >= size) {
            throw UserError.failed(
                    "%s: texts end with the tokens %s; there are tokens 0 to %d", metadata.file(), ids, size - 1);
        }
        return ids;
    }

    /** Adds {@code endIds}, of which {@code tokenizer} knows one. */
    static void writeEndIds(SentencePieceTokenizer tokenizer, SortedSet<Integer> endIds, Map<String, Object> metadata) {
        if (endIds.size() > 1) {
            metadata.put(END_IDS, List.copyOf(endIds));
        }
        for (int id : endIds) {
            if (id != tokenizer.eosId()) {
                boolean endsMessage =
                        id < tokenizer.vocabSize() && tokenizer.piece(id).equals(END_OF_MESSAGE);
                metadata.putIfAbsent(endsMessage ? END_OF_MESSAGE_ID : END_OF_TURN_ID, id);
            }
        }
    }

    private static List<Piece> pieces(GgufMetadata metadata) {
        List<String> tokens = metadata.list(TOKENS, String.class);
        List<Float> scores = metadata.list(SCORES, Float.class);
        List<Long> types = metadata.list(TYPES, Long.class);
        if (scores.size() != tokens.size() || types.size() != tokens.size()) {
            throw UserError.failed(
                    "%s lists %d tokens, %d scores and %d types of tokens; there must be as many of each",
                    metadata.file(), tokens.size(), scores.size(), types.size());
        }
        List<Piece> pieces = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            PieceType type = PieceType.of(types.get(id));
            if (type == null) {
                throw UserError.failed(
                        "%s: token %d of %s has the type %d; there are types 1 to 6",
                        metadata.file(), id, TYPES, types.get(id));
            }
            // llama.cpp's converter spells the spaces of user-defined tokens as spaces.
            String text = type == PieceType.USER_DEFINED ? tokens.get(id).replace(' ', '\u2581') : tokens.get(id);
            pieces.add(new Piece(text, scores.get(id), type));
        }
        while (!pieces.isEmpty() && pieces.get(pieces.size() - 1).equals(padding(pieces.size() - 1))) {
            pieces.remove(pieces.size() - 1);
        }
        return pieces;
    }

    /**
     * Adds {@code tokenizer} to {@code metadata}.
     *
     * @param size rows of the embedding, no fewer than the tokenizer has pieces
     */
    static void write(SentencePieceTokenizer tokenizer, int size, Map<String, Object> metadata) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        List<Piece> pieces = new ArrayList<>(vocabulary.pieces());
        while (pieces.size() < size) {
            pieces.add(padding(pieces.size()));
        }
        metadata.put(MODEL, "llama");
        metadata.put(PRE_TOKENIZER, "default");
        metadata.put(TOKENS, pieces.stream().map(Piece::text).toList());
        metadata.put(SCORES, pieces.stream().map(Piece::score).toList());
        metadata.put(TYPES, pieces.stream().map(piece -> piece.type().number()).toList());
        metadata.put(BOS_ID, vocabulary.bosId());
        metadata.put(EOS_ID, vocabulary.eosId());
        metadata.put(UNKNOWN_ID, vocabulary.unknownId());
        metadata.put(ADD_BOS, true);
        metadata.put(ADD_EOS, false);
        metadata.put(ADD_PREFIX, vocabulary.addSpacePrefix());
        metadata.put(REMOVE_EXTRA, vocabulary.removeExtraSpaces());
    }

    private static Piece padding(int id) {
        return new Piece("[PAD" + id + "]", PADDING_SCORE, PieceType.UNUSED);
    }
}
