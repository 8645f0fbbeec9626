package org.llamadl4j.model.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.ByteLevelTokenizer;
import org.llamadl4j.model.tokenizer.Piece;
import org.llamadl4j.model.tokenizer.PieceType;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.model.tokenizer.TokenizerSettings;

/**
 * The metadata of a GGUF file that describe a tokenizer. There are as many tokens as rows of the embedding; those that
 * the tokenizer lacks are called {@code [PAD7]} by their ids, as llama.cpp's converter calls them.
 */
final class GgufVocabulary {

    static final String MODEL = "tokenizer.ggml.model";
    static final String PRE_TOKENIZER = "tokenizer.ggml.pre";
    static final String BOS_ID = "tokenizer.ggml.bos_token_id";
    static final String EOS_ID = "tokenizer.ggml.eos_token_id";

    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final String TYPES = "tokenizer.ggml.token_type";
    private static final String END_OF_TURN_ID = "tokenizer.ggml.eot_token_id";
    private static final String END_OF_MESSAGE_ID = "tokenizer.ggml.eom_token_id";

    /** All tokens that end a text, where the format has no keys for so many; other programs ignore it. */
    private static final String END_IDS = "llamadl4j.end_token_ids";

    /** The token of Llama 3.1 that ends a message but not a turn. */
    private static final String END_OF_MESSAGE = "<|eom_id|>";

    private static final String ADD_BOS = "tokenizer.ggml.add_bos_token";
    private static final String ADD_EOS = "tokenizer.ggml.add_eos_token";
    private static final String CHAT_TEMPLATE = "tokenizer.chat_template";

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
    static Tokenizer read(GgufMetadata metadata) {
        String model = metadata.text(MODEL);
        if (model.equals(GgufSentencePiece.MODEL)) {
            SentencePieceTokenizer tokenizer = GgufSentencePiece.read(metadata);
            return tokenizer.with(settings(metadata, tokenizer));
        }
        if (model.equals(GgufByteLevel.MODEL)) {
            ByteLevelTokenizer tokenizer = GgufByteLevel.read(metadata);
            return tokenizer.with(settings(metadata, tokenizer));
        }
        throw metadata.wrong(
                MODEL,
                model,
                "%s for SentencePiece BPE or %s for byte-level BPE; others are not supported"
                        .formatted(GgufSentencePiece.MODEL, GgufByteLevel.MODEL));
    }

    private static TokenizerSettings settings(GgufMetadata metadata, Tokenizer tokenizer) {
        return tokenizer
                .settings()
                .withAddsBos(metadata.flag(ADD_BOS, true))
                .withChatTemplate(
                        metadata.has(CHAT_TEMPLATE) ? Optional.of(metadata.text(CHAT_TEMPLATE)) : Optional.empty());
    }

    /** The tokens without those that only fill up; scores are 0. */
    static List<Piece> pieces(GgufMetadata metadata) {
        List<String> tokens = metadata.list(TOKENS, String.class);
        List<Long> types = metadata.list(TYPES, Long.class);
        if (types.size() != tokens.size()) {
            throw UserError.failed(
                    "%s lists %d tokens and %d types of tokens; there must be as many of each",
                    metadata.file(), tokens.size(), types.size());
        }
        List<Piece> pieces = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            PieceType type = PieceType.of(types.get(id));
            if (type == null) {
                throw UserError.failed(
                        "%s: token %d of %s has the type %d; there are types 1 to 6",
                        metadata.file(), id, TYPES, types.get(id));
            }
            pieces.add(new Piece(tokens.get(id), 0, type));
        }
        while (!pieces.isEmpty() && pieces.get(pieces.size() - 1).equals(padding(pieces.size() - 1))) {
            pieces.remove(pieces.size() - 1);
        }
        return pieces;
    }

    /** The tokens that end a text: of a document, a turn, a message. */
    static SortedSet<Integer> endIds(GgufMetadata metadata, Tokenizer tokenizer) {
        int size = size(metadata);
        SortedSet<Integer> ids = new TreeSet<>(metadata.has(END_IDS) ? Set.of() : tokenizer.eosIds());
        ids.add(tokenizer.eosId());
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

    /**
     * Adds {@code tokenizer} to {@code metadata}.
     *
     * @param size rows of the embedding, no fewer than the tokenizer has tokens
     * @throws UserError if the format cannot express the tokenizer
     */
    static void write(Tokenizer tokenizer, int size, Map<String, Object> metadata) {
        if (tokenizer instanceof SentencePieceTokenizer sentencePiece) {
            GgufSentencePiece.write(sentencePiece, size, metadata);
        } else if (tokenizer instanceof ByteLevelTokenizer byteLevel) {
            GgufByteLevel.write(byteLevel, size, metadata);
        } else {
            throw UserError.failed(
                    "a GGUF file holds SentencePiece and byte-level BPE; this tokenizer is of another kind");
        }
        metadata.put(BOS_ID, tokenizer.bosId());
        metadata.put(EOS_ID, tokenizer.eosId());
        metadata.put(ADD_BOS, tokenizer.addsBos());
        metadata.put(ADD_EOS, false);
        tokenizer.chatTemplate().ifPresent(template -> metadata.put(CHAT_TEMPLATE, template));
    }

    /** Adds the tokens and, up to {@code size}, those that fill up. */
    static void writePieces(List<Piece> pieces, int size, Map<String, Object> metadata) {
        List<String> tokens = new ArrayList<>();
        List<Integer> types = new ArrayList<>();
        for (int id = 0; id < size; id++) {
            Piece piece = id < pieces.size() ? pieces.get(id) : padding(id);
            tokens.add(piece.text());
            types.add(piece.type().number());
        }
        metadata.put(TOKENS, tokens);
        metadata.put(TYPES, types);
    }

    /** Adds {@code endIds}, of which {@code tokenizer} knows some. */
    static void writeEndIds(Tokenizer tokenizer, SortedSet<Integer> endIds, Map<String, Object> metadata) {
        if (!endIds.equals(tokenizer.eosIds()) || endIds.size() > 1) {
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

    private static Piece padding(int id) {
        return new Piece("[PAD" + id + "]", 0, PieceType.UNUSED);
    }
}
