package org.llamadl4j.model.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/**
 * Byte-pair encoding with a SentencePiece {@code tokenizer.model}, id for id as SentencePiece itself does it. It may be
 * shared between threads: what changes (caches, scratch arrays) belongs to an encoder, and {@link #encode} lends each
 * caller one of its own.
 */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
public final class SentencePieceTokenizer implements ConfiguredTokenizer {

    /** What its file is called in a model folder. */
    static final String FILE = "tokenizer.model";

    private final SentencePieceModel model;

    /** The merges of a {@code tokenizer.json}, where there was no model; null where scores say what merges. */
    private final ListedMerges merges;

    private final TokenizerSettings settings;

    /** Strings that are a token in any text, beside the user-defined pieces of the model. */
    private final AddedTokens userDefined;

    /** These, and those that are a token in {@link #encodeWithSpecials} alone. */
    private final AddedTokens added;

    private final EncoderPool encoders;

    SentencePieceTokenizer(SentencePieceModel model) {
        this(model, null, Map.of());
    }

    /**
     * A tokenizer as a {@code tokenizer.json} describes it.
     *
     * @param merges null where scores say what merges
     * @param userDefined ids of strings that are a token in any text, with texts of their own before and behind them
     */
    SentencePieceTokenizer(SentencePieceModel model, ListedMerges merges, Map<String, Integer> userDefined) {
        this(
                model,
                merges,
                TokenizerSettings.of(
                        model.controlId(model.specials().begin()),
                        model.controlId(model.specials().end())),
                new AddedTokens(userDefined),
                added(model, userDefined),
                encoders(model, merges));
    }

    private static AddedTokens added(SentencePieceModel model, Map<String, Integer> userDefined) {
        Map<String, Integer> all = new HashMap<>(userDefined);
        for (int id = 0; id < model.pieces().size(); id++) {
            Piece piece = model.pieces().get(id);
            if (piece.type() == PieceType.CONTROL || piece.type() == PieceType.UNKNOWN) {
                all.put(piece.text(), id);
            }
        }
        return new AddedTokens(all);
    }

    private static EncoderPool encoders(SentencePieceModel model, ListedMerges merges) {
        MergeTable table = new MergeTable(model.pieces(), model.normalizer().escapeWhitespaces(), merges);
        int unknownId = model.unknownId();
        int[] byteIds = model.byteIds();
        return new EncoderPool(sink -> new SentencePieceEncoder(model, table, unknownId, byteIds, sink));
    }

    /**
     * Reads a SentencePiece model of type BPE that leaves text as it is.
     *
     * @throws UserError if the file is absent, damaged, or a model that this class cannot follow exactly
     */
    public static SentencePieceTokenizer read(Path file) throws IOException {
        SentencePieceTokenizer tokenizer = new SentencePieceTokenizer(SentencePieceModel.read(file));
        if (tokenizer.bosId() < 0 || tokenizer.eosId() < 0) {
            throw UserError.failed(
                    "%s: the vocabulary has no control pieces %s and %s, which begin and end a document",
                    file,
                    tokenizer.model.specials().begin(),
                    tokenizer.model.specials().end());
        }
        return tokenizer;
    }

    /**
     * The tokenizer of a vocabulary that another file holds.
     *
     * @param source that file, for messages
     * @throws UserError if the vocabulary is not valid
     */
    public static SentencePieceTokenizer of(Path source, Vocabulary vocabulary) {
        return new SentencePieceTokenizer(SentencePieceModel.of(source, vocabulary));
    }

    /** The same tokenizer, used in another way. */
    @Override
    public SentencePieceTokenizer with(TokenizerSettings newSettings) {
        return new SentencePieceTokenizer(model, merges, newSettings, userDefined, added, encoders);
    }

    /**
     * What defines this tokenizer, for a file of another format.
     *
     * @throws UserError if it does not spell spaces as U+2581, or merges as no scores could say, so that such a file
     *     cannot hold it
     */
    public Vocabulary vocabulary() {
        if (merges != null && !merges.followFromScores(model.pieces())) {
            throw UserError.failed(
                    "the merges that the tokenizer lists are not those of a SentencePiece model, which such a file needs;"
                            + " put the tokenizer.model that it was made from beside its tokenizer.json");
        }
        if (!model.normalizer().escapeWhitespaces()) {
            throw UserError.failed(
                    "the tokenizer leaves spaces as they are (escape_whitespaces is off); only tokenizers "
                            + "that spell them U+2581 can be written in this format");
        }
        return new Vocabulary(
                model.pieces(),
                model.unknownId(),
                bosId(),
                eosId(),
                model.normalizer().addDummyPrefix(),
                model.normalizer().removeExtraWhitespaces());
    }

    SentencePieceModel model() {
        return model;
    }

    /** The merges as they were listed, or null. */
    ListedMerges merges() {
        return merges;
    }

    @Override
    public TokenizerSettings settings() {
        return settings;
    }

    @Override
    public int specialId(String spelling) {
        return added.id(spelling);
    }

    @Override
    public int vocabSize() {
        return model.pieces().size();
    }

    @Override
    public int[] encode(String text) {
        return encoders.encode(text, userDefined);
    }

    @Override
    public int[] encodeWithSpecials(String text) {
        return encoders.encode(text, added);
    }

    @Override
    public String decode(int[] ids) {
        SentencePieceDecoder decoder = new SentencePieceDecoder(this, model.normalizer());
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            decoder.append(id, text);
        }
        decoder.finish(text);
        return text.toString();
    }

    @Override
    public StreamingEncoder streamingEncoder(IntConsumer sink) {
        return encoders.streamingEncoder(sink, userDefined);
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new SentencePieceDecoder(this, model.normalizer());
    }

    @Override
    public String piece(int id) {
        return entry(id).text();
    }

    Piece entry(int id) {
        if (id < 0 || id >= vocabSize()) {
            throw new IllegalArgumentException(
                    "token id " + id + " is outside the vocabulary, 0 to " + (vocabSize() - 1));
        }
        return model.pieces().get(id);
    }

    String unknownSurface() {
        return model.specials().surface();
    }

    @Override
    public String fileName() {
        return merges == null ? FILE : TokenizerJson.FILE;
    }

    /**
     * Writes a {@code tokenizer.model}, or a {@code tokenizer.json} where it was read from one; under a temporary name
     * first, so that a reader never sees half of it.
     */
    @Override
    public void write(Path file) throws IOException {
        if (merges == null) {
            model.write(file);
        } else {
            TokenizerJsonWriter.write(file, this);
        }
    }
}
