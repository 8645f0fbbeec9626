package org.llamadl4j.model.tokenizer;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.llamadl4j.model.error.UserError;

/**
 * A SentencePiece {@code tokenizer.model}: the public protobuf message {@code sentencepiece.ModelProto}. What this
 * program does not know of a file survives reading and writing.
 *
 * @param pieces the vocabulary; a piece's index is its id
 * @param specials how the model spells unknown, beginning and end
 * @param normalizer how text is prepared
 * @param byteFallback whether a character that the vocabulary lacks becomes its UTF-8 bytes
 * @param message every field of the file
 */
record SentencePieceModel(
        List<Piece> pieces,
        SpecialPieces specials,
        Normalizer normalizer,
        boolean byteFallback,
        UnknownFieldSet message) {

    private static final int PIECES = 1;
    private static final int TRAINER_SPEC = 2;
    private static final int NORMALIZER_SPEC = 3;
    private static final int DENORMALIZER_SPEC = 5;

    private static final int PIECE_TEXT = 1;
    private static final int PIECE_SCORE = 2;
    private static final int PIECE_TYPE = 3;

    /** Of a field's tag, below its number, and what they say of the field. */
    private static final int TAG_TYPE_BITS = 3;

    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private static final int MODEL_TYPE = 3;
    private static final int VOCAB_SIZE = 4;
    private static final int CHARACTER_COVERAGE = 10;
    private static final int MAX_SENTENCEPIECE_LENGTH = 20;
    private static final int SPLIT_BY_UNICODE_SCRIPT = 21;
    private static final int SPLIT_BY_WHITESPACE = 22;
    private static final int SPLIT_BY_NUMBER = 23;
    private static final int TREAT_WHITESPACE_AS_SUFFIX = 24;
    private static final int SPLIT_DIGITS = 25;
    private static final int ALLOW_WHITESPACE_ONLY_PIECES = 26;
    private static final int BYTE_FALLBACK = 35;
    private static final int UNK_ID = 40;
    private static final int BOS_ID = 41;
    private static final int EOS_ID = 42;
    private static final int PAD_ID = 43;
    private static final int UNK_SURFACE = 44;
    private static final int UNK_PIECE = 45;
    private static final int BOS_PIECE = 46;
    private static final int EOS_PIECE = 47;

    private static final int NORMALIZER_NAME = 1;
    private static final int PRECOMPILED_CHARSMAP = 2;
    private static final int ADD_DUMMY_PREFIX = 3;
    private static final int REMOVE_EXTRA_WHITESPACES = 4;
    private static final int ESCAPE_WHITESPACES = 5;

    private static final int UNIGRAM = 1;
    private static final int BPE = 2;
    /** SentencePiece's own default. */
    private static final float DEFAULT_COVERAGE = 0.9995f;

    private static final List<String> MODEL_TYPES = List.of("unigram", "bpe", "word", "char");

    /**
     * How the special pieces are spelled.
     *
     * @param surface what the unknown token decodes to
     */
    record SpecialPieces(String unknown, String begin, String end, String surface) {

        static final SpecialPieces DEFAULT = new SpecialPieces("<unk>", "<s>", "</s>", " \u2047 ");
    }

    /**
     * How text is prepared before it is cut into pieces.
     *
     * @param addDummyPrefix a space is put before the text
     * @param removeExtraWhitespaces leading, trailing and repeated spaces are dropped
     * @param escapeWhitespaces a space is spelled U+2581
     */
    record Normalizer(boolean addDummyPrefix, boolean removeExtraWhitespaces, boolean escapeWhitespaces) {}

    /** Reads {@code file}; a damaged file or one of another kind is a {@link UserError} that names it. */
    static SentencePieceModel read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw UserError.failed(
                    "%s: %s; a tokenizer.model file is needed",
                    file, Files.exists(file) ? "not a file" : "no such file");
        }
        ByteString content = ByteString.copyFrom(Files.readAllBytes(file));
        try {
            return parse(file, content);
        } catch (InvalidProtocolBufferException e) {
            throw UserError.failed(e, "%s: not a SentencePiece model, or damaged or cut short (%s)", file, reason(e));
        }
    }

    private static String reason(InvalidProtocolBufferException e) {
        String message = e.getMessage();
        int end = message.indexOf(". ");
        return end < 0 ? message : message.substring(0, end);
    }

    private static SentencePieceModel parse(Path file, ByteString content) throws InvalidProtocolBufferException {
        ProtobufFields model = ProtobufFields.parse(content);
        if (model.messages(PIECES).isEmpty()
                || model.messages(TRAINER_SPEC).isEmpty()
                || model.messages(NORMALIZER_SPEC).isEmpty()) {
            throw new InvalidProtocolBufferException("its pieces, trainer or normalizer settings are missing");
        }
        ProtobufFields trainer = ProtobufFields.parse(model.bytes(TRAINER_SPEC));
        ProtobufFields normalizer = ProtobufFields.parse(model.bytes(NORMALIZER_SPEC));
        refuseOtherKinds(file, trainer, normalizer, ProtobufFields.parse(model.bytes(DENORMALIZER_SPEC)));

        List<Piece> pieces = new ArrayList<>(model.messages(PIECES).size());
        for (ByteString message : model.messages(PIECES)) {
            pieces.add(piece(pieces.size(), message));
        }
        boolean byteFallback = trainer.flag(BYTE_FALLBACK, false);
        checkVocabulary(pieces, byteFallback);
        return new SentencePieceModel(
                List.copyOf(pieces),
                new SpecialPieces(
                        trainer.text(UNK_PIECE, SpecialPieces.DEFAULT.unknown()),
                        trainer.text(BOS_PIECE, SpecialPieces.DEFAULT.begin()),
                        trainer.text(EOS_PIECE, SpecialPieces.DEFAULT.end()),
                        trainer.text(UNK_SURFACE, SpecialPieces.DEFAULT.surface())),
                new Normalizer(
                        normalizer.flag(ADD_DUMMY_PREFIX, true),
                        normalizer.flag(REMOVE_EXTRA_WHITESPACES, true),
                        normalizer.flag(ESCAPE_WHITESPACES, true)),
                byteFallback,
                model.fields());
    }

    private static void refuseOtherKinds(
            Path file, ProtobufFields trainer, ProtobufFields normalizer, ProtobufFields denormalizer)
            throws InvalidProtocolBufferException {
        long type = trainer.integer(MODEL_TYPE, UNIGRAM);
        if (type != BPE) {
            String name = type >= 1 && type <= MODEL_TYPES.size() ? MODEL_TYPES.get((int) type - 1) : "type " + type;
            throw UserError.failed(
                    "%s: a SentencePiece model of type %s; only bpe is supported (train one with "
                            + "`llama tokenizer train` or `spm_train --model_type=bpe`)",
                    file, name);
        }
        if (!normalizer.bytes(PRECOMPILED_CHARSMAP).isEmpty()
                || !denormalizer.bytes(PRECOMPILED_CHARSMAP).isEmpty()) {
            throw UserError.failed(
                    "%s: rewrites text by the rule %s; only models that leave text as it is are supported "
                            + "(`spm_train --normalization_rule_name=identity`)",
                    file, normalizer.text(NORMALIZER_NAME, "of its own"));
        }
        if (trainer.flag(TREAT_WHITESPACE_AS_SUFFIX, false)) {
            throw UserError.failed(
                    "%s: puts spaces at the end of words (treat_whitespace_as_suffix), which is not supported", file);
        }
    }

    /** There are many, so that their fields are read without a {@link ProtobufFields} of each. */
    private static Piece piece(int id, ByteString message) throws InvalidProtocolBufferException {
        ByteString bytes = ByteString.EMPTY;
        float score = 0;
        long number = PieceType.NORMAL.number();
        try {
            CodedInputStream input = message.newCodedInput();
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                switch (tag) {
                    case PIECE_TEXT << TAG_TYPE_BITS | LENGTH_DELIMITED -> bytes = input.readBytes();
                    case PIECE_SCORE << TAG_TYPE_BITS | FIXED32 -> score = input.readFloat();
                    case PIECE_TYPE << TAG_TYPE_BITS | VARINT -> number = input.readInt64();
                    default -> input.skipField(tag);
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (IOException e) {
            throw new InvalidProtocolBufferException(e);
        }
        if (!bytes.isValidUtf8()) {
            throw new InvalidProtocolBufferException("a string is not UTF-8");
        }
        String text = bytes.toStringUtf8();
        PieceType type = PieceType.of(number);
        if (text.isEmpty() || type == null || Float.isNaN(score)) {
            throw new InvalidProtocolBufferException("piece " + id + " has no text, no known type or no score");
        }
        return new Piece(text, score, type);
    }

    private static void checkVocabulary(List<Piece> pieces, boolean byteFallback)
            throws InvalidProtocolBufferException {
        Set<String> mergeable = new HashSet<>();
        Set<String> reserved = new HashSet<>();
        Set<Integer> bytes = new HashSet<>();
        int unknowns = 0;
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            if (!(piece.type().isMergeable() ? mergeable : reserved).add(piece.text())) {
                throw new InvalidProtocolBufferException("piece " + id + " repeats " + piece.text());
            }
            if (piece.type() == PieceType.UNKNOWN) {
                unknowns++;
            } else if (piece.type() == PieceType.BYTE && piece.byteValue() < 0) {
                throw new InvalidProtocolBufferException("piece " + id + " is no byte: " + piece.text());
            } else if (piece.type() == PieceType.BYTE) {
                bytes.add(piece.byteValue());
            }
        }
        if (unknowns != 1) {
            throw new InvalidProtocolBufferException(unknowns + " pieces for unknown text, not 1");
        }
        if (bytes.size() != (byteFallback ? 256 : 0)) {
            throw new InvalidProtocolBufferException(
                    bytes.size() + " pieces for bytes, not " + (byteFallback ? 256 : 0));
        }
    }

    /** The id of the one piece for unknown text. */
    int unknownId() {
        return id(piece -> piece.type() == PieceType.UNKNOWN);
    }

    /** The id of a control piece by its spelling, or -1. */
    int controlId(String text) {
        return id(piece -> piece.type() == PieceType.CONTROL && piece.text().equals(text));
    }

    private int id(Predicate<Piece> wanted) {
        for (int id = 0; id < pieces.size(); id++) {
            if (wanted.test(pieces.get(id))) {
                return id;
            }
        }
        return -1;
    }

    /** The id of each byte's piece; null where characters that the vocabulary lacks are unknown. */
    int[] byteIds() {
        if (!byteFallback) {
            return null;
        }
        int[] ids = new int[256];
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).type() == PieceType.BYTE) {
                ids[pieces.get(id).byteValue()] = id;
            }
        }
        return ids;
    }

    /** The model of a vocabulary trained by {@link BpeTrainer}. */
    static SentencePieceModel trained(List<Piece> pieces, double characterCoverage) {
        Vocabulary vocabulary =
                new Vocabulary(pieces, BpeTrainer.UNKNOWN_ID, BpeTrainer.BEGIN_ID, BpeTrainer.END_ID, true, false);
        SpecialPieces specials = SpecialPieces.DEFAULT;
        UnknownFieldSet message = message(vocabulary, specials, true, (float) characterCoverage);
        return new SentencePieceModel(vocabulary.pieces(), specials, new Normalizer(true, false, true), true, message);
    }

    /**
     * The model of a vocabulary that another file holds.
     *
     * @param source that file, for messages
     * @throws UserError if the vocabulary is not valid
     */
    static SentencePieceModel of(Path source, Vocabulary vocabulary) {
        List<Piece> pieces = vocabulary.pieces();
        requireType(source, vocabulary, vocabulary.unknownId(), PieceType.UNKNOWN);
        requireType(source, vocabulary, vocabulary.bosId(), PieceType.CONTROL);
        requireType(source, vocabulary, vocabulary.eosId(), PieceType.CONTROL);
        SpecialPieces specials = new SpecialPieces(
                pieces.get(vocabulary.unknownId()).text(),
                pieces.get(vocabulary.bosId()).text(),
                pieces.get(vocabulary.eosId()).text(),
                SpecialPieces.DEFAULT.surface());
        boolean byteFallback = pieces.stream().anyMatch(piece -> piece.type() == PieceType.BYTE);
        try {
            return parse(
                    source,
                    message(vocabulary, specials, byteFallback, DEFAULT_COVERAGE)
                            .toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw UserError.failed(e, "%s: its vocabulary is not valid: %s", source, e.getMessage());
        }
    }

    private static void requireType(Path source, Vocabulary vocabulary, int id, PieceType type) {
        int size = vocabulary.pieces().size();
        if (id < 0 || id >= size || vocabulary.pieces().get(id).type() != type) {
            throw UserError.failed(
                    "%s: its vocabulary has a token with the special id %d, which must be one of its %d tokens and of type %s",
                    source, id, size, type);
        }
    }

    private static UnknownFieldSet message(
            Vocabulary vocabulary, SpecialPieces specials, boolean byteFallback, float characterCoverage) {
        ProtobufFields.Builder model = new ProtobufFields.Builder();
        for (Piece piece : vocabulary.pieces()) {
            ProtobufFields.Builder fields =
                    new ProtobufFields.Builder().text(PIECE_TEXT, piece.text()).decimal(PIECE_SCORE, piece.score());
            if (piece.type() != PieceType.NORMAL) {
                fields.integer(PIECE_TYPE, piece.type().number());
            }
            model.message(PIECES, fields);
        }
        model.message(
                TRAINER_SPEC,
                new ProtobufFields.Builder()
                        .integer(MODEL_TYPE, BPE)
                        .integer(VOCAB_SIZE, vocabulary.pieces().size())
                        .decimal(CHARACTER_COVERAGE, characterCoverage)
                        .integer(MAX_SENTENCEPIECE_LENGTH, BpeTrainer.MAX_PIECE_LENGTH)
                        .flag(SPLIT_BY_UNICODE_SCRIPT, true)
                        .flag(SPLIT_BY_WHITESPACE, true)
                        .flag(SPLIT_BY_NUMBER, true)
                        .flag(TREAT_WHITESPACE_AS_SUFFIX, false)
                        .flag(SPLIT_DIGITS, true)
                        .flag(ALLOW_WHITESPACE_ONLY_PIECES, true)
                        .flag(BYTE_FALLBACK, byteFallback)
                        .integer(UNK_ID, vocabulary.unknownId())
                        .integer(BOS_ID, vocabulary.bosId())
                        .integer(EOS_ID, vocabulary.eosId())
                        .integer(PAD_ID, -1)
                        .text(UNK_SURFACE, specials.surface())
                        .text(UNK_PIECE, specials.unknown())
                        .text(BOS_PIECE, specials.begin())
                        .text(EOS_PIECE, specials.end()));
        model.message(
                NORMALIZER_SPEC,
                new ProtobufFields.Builder()
                        .text(NORMALIZER_NAME, "identity")
                        .bytes(PRECOMPILED_CHARSMAP, ByteString.EMPTY)
                        .flag(ADD_DUMMY_PREFIX, vocabulary.addSpacePrefix())
                        .flag(REMOVE_EXTRA_WHITESPACES, vocabulary.removeExtraSpaces())
                        .flag(ESCAPE_WHITESPACES, true));
        return model.build();
    }

    /** Writes the file under a temporary name first, so that no reader sees half of it. */
    void write(Path file) throws IOException {
        AtomicFile.write(file, message::writeTo);
    }
}
