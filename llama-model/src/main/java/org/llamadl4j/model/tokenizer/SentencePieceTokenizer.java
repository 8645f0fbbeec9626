package org.llamadl4j.model.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntConsumer;
import org.llamadl4j.model.error.UserError;

/**
 * Byte-pair encoding with a SentencePiece {@code tokenizer.model}, id for id as SentencePiece itself does it. It may be
 * shared between threads: what changes (caches, scratch arrays) belongs to an encoder, and {@link #encode} lends each
 * caller one of its own.
 */
public final class SentencePieceTokenizer implements Tokenizer {

    private final SentencePieceModel model;
    private final List<Piece> pieces;
    private final MergeTable table;
    private final int unknownId;
    private final int bosId;
    private final int eosId;
    private final int[] byteIds;
    private final Queue<SentencePieceEncoder> idleEncoders = new ConcurrentLinkedQueue<>();

    SentencePieceTokenizer(SentencePieceModel model) {
        this.model = model;
        this.pieces = model.pieces();
        this.table = new MergeTable(pieces, model.normalizer().escapeWhitespaces());
        this.byteIds = model.byteFallback() ? new int[256] : null;
        int unknown = -1;
        int begin = -1;
        int end = -1;
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            switch (piece.type()) {
                case UNKNOWN -> unknown = id;
                case BYTE -> byteIds[piece.byteValue()] = id;
                case CONTROL -> {
                    begin = piece.text().equals(model.specials().begin()) ? id : begin;
                    end = piece.text().equals(model.specials().end()) ? id : end;
                }
                default -> {}
            }
        }
        this.unknownId = unknown;
        this.bosId = begin;
        this.eosId = end;
    }

    /**
     * Reads a SentencePiece model of type BPE that leaves text as it is.
     *
     * @throws UserError if the file is absent, damaged, or a model that this class cannot follow exactly
     */
    public static SentencePieceTokenizer read(Path file) throws IOException {
        SentencePieceTokenizer tokenizer = new SentencePieceTokenizer(SentencePieceModel.read(file));
        if (tokenizer.bosId < 0 || tokenizer.eosId < 0) {
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

    /**
     * What defines this tokenizer, for a file of another format.
     *
     * @throws UserError if it does not spell spaces as U+2581, so that such a file cannot hold it
     */
    public Vocabulary vocabulary() {
        if (!model.normalizer().escapeWhitespaces()) {
            throw UserError.failed(
                    "the tokenizer leaves spaces as they are (escape_whitespaces is off); only tokenizers "
                            + "that spell them U+2581 can be written in this format");
        }
        return new Vocabulary(
                pieces,
                unknownId,
                bosId,
                eosId,
                model.normalizer().addDummyPrefix(),
                model.normalizer().removeExtraWhitespaces());
    }

    @Override
    public int vocabSize() {
        return pieces.size();
    }

    @Override
    public int bosId() {
        return bosId;
    }

    @Override
    public int eosId() {
        return eosId;
    }

    @Override
    public int[] encode(String text) {
        IntList ids = new IntList();
        SentencePieceEncoder encoder = idleEncoders.poll();
        if (encoder == null) {
            encoder = encoder(ids::add);
        } else {
            encoder.redirect(ids::add);
        }
        encoder.append(text);
        encoder.finish();
        encoder.redirect(id -> {});
        idleEncoders.add(encoder);
        return ids.toArray();
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
        return encoder(sink);
    }

    private SentencePieceEncoder encoder(IntConsumer sink) {
        return new SentencePieceEncoder(model, table, unknownId, byteIds, sink);
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
        if (id < 0 || id >= pieces.size()) {
            throw new IllegalArgumentException(
                    "token id " + id + " is outside the vocabulary, 0 to " + (pieces.size() - 1));
        }
        return pieces.get(id);
    }

    String unknownSurface() {
        return model.specials().surface();
    }

    /** Writes a {@code tokenizer.model}, under a temporary name first, so that a reader never sees half of it. */
    @Override
    public void write(Path file) throws IOException {
        model.write(file);
    }
}
