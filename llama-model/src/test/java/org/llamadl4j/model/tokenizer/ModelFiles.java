package org.llamadl4j.model.tokenizer;

import com.google.protobuf.ByteString;
import java.util.List;

/** Makes the bytes of SentencePiece model files of all kinds, also of such as {@link BpeTrainer} never makes. */
final class ModelFiles {

    static final long UNIGRAM = 1;
    static final long BPE = 2;

    private ModelFiles() {}

    /** Settings of a model file. */
    record Settings(
            long modelType,
            boolean byteFallback,
            boolean addDummyPrefix,
            boolean removeExtraWhitespaces,
            boolean escapeWhitespaces,
            boolean whitespaceAsSuffix,
            String charsMap) {

        static final Settings LLAMA = new Settings(BPE, true, true, false, true, false, "");

        Settings withModelType(long type) {
            return new Settings(
                    type,
                    byteFallback,
                    addDummyPrefix,
                    removeExtraWhitespaces,
                    escapeWhitespaces,
                    whitespaceAsSuffix,
                    charsMap);
        }

        Settings withCharsMap(String map) {
            return new Settings(
                    modelType,
                    byteFallback,
                    addDummyPrefix,
                    removeExtraWhitespaces,
                    escapeWhitespaces,
                    whitespaceAsSuffix,
                    map);
        }

        Settings withWhitespaceAsSuffix() {
            return new Settings(
                    modelType, byteFallback, addDummyPrefix, removeExtraWhitespaces, escapeWhitespaces, true, charsMap);
        }
    }

    static byte[] bytes(List<Piece> pieces, Settings settings) {
        ProtobufFields.Builder model = new ProtobufFields.Builder();
        for (Piece piece : pieces) {
            model.message(
                    1,
                    new ProtobufFields.Builder()
                            .text(1, piece.text())
                            .decimal(2, piece.score())
                            .integer(3, piece.type().number()));
        }
        model.message(
                2,
                new ProtobufFields.Builder()
                        .integer(3, settings.modelType())
                        .integer(4, pieces.size())
                        .flag(24, settings.whitespaceAsSuffix())
                        .flag(35, settings.byteFallback()));
        model.message(
                3,
                new ProtobufFields.Builder()
                        .text(1, "a rule")
                        .bytes(2, ByteString.copyFromUtf8(settings.charsMap()))
                        .flag(3, settings.addDummyPrefix())
                        .flag(4, settings.removeExtraWhitespaces())
                        .flag(5, settings.escapeWhitespaces()));
        return model.build().toByteArray();
    }
}
