package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.SharedData;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.ModelFiles.Settings;

class SentencePieceModelTest {

    private static final Piece UNKNOWN = new Piece("<unk>", 0, PieceType.UNKNOWN);
    private static final Piece BEGIN = new Piece("<s>", 0, PieceType.CONTROL);
    private static final Piece END = new Piece("</s>", 0, PieceType.CONTROL);
    private static final Piece LETTER = new Piece("a", 0, PieceType.NORMAL);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("tokenizer.model");
    }

    private static List<Piece> vocabulary(Piece... pieces) {
        List<Piece> all = new ArrayList<>(List.of(pieces));
        for (int value = 0; value < 256; value++) {
            all.add(new Piece(Piece.ofByte(value), 0, PieceType.BYTE));
        }
        return all;
    }

    private void refused(List<Piece> pieces, Settings settings, String... words) throws IOException {
        Files.write(file, ModelFiles.bytes(pieces, settings));
        assertThatThrownBy(() -> SentencePieceTokenizer.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContainingAll(words);
    }

    @Test
    void everyFieldOfAFileSurvivesReadingAndWriting() throws IOException {
        Path llama = SharedData.require("tokenizer/llama.model");
        SentencePieceTokenizer.read(llama).write(file);
        assertThat(UnknownFieldSet.parseFrom(Files.readAllBytes(file)))
                .isEqualTo(UnknownFieldSet.parseFrom(Files.readAllBytes(llama)));
    }

    @Test
    void fieldsUnknownHereSurvive() throws IOException {
        byte[] model = ModelFiles.bytes(vocabulary(UNKNOWN, BEGIN, END, LETTER), Settings.LLAMA);
        UnknownFieldSet extended = UnknownFieldSet.newBuilder()
                .mergeFrom(model)
                .mergeFrom(
                        new ProtobufFields.Builder().text(1234, "an extension").build())
                .build();
        Files.write(file, extended.toByteArray());
        Path copy = folder.resolve("copy.model");
        SentencePieceTokenizer.read(file).write(copy);
        assertThat(UnknownFieldSet.parseFrom(Files.readAllBytes(copy))).isEqualTo(extended);
    }

    @Test
    void aFileCutAnywhereIsRefused() throws IOException {
        byte[] whole = ModelFiles.bytes(vocabulary(UNKNOWN, BEGIN, END, LETTER), Settings.LLAMA);
        for (int length = 0; length < whole.length; length += length + 100 < whole.length ? 23 : 1) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SentencePieceTokenizer.read(file))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll(file.toString(), "cut short");
        }
    }

    @Test
    void anAlteredByteIsRefusedOrLeavesAUsableModel() throws IOException {
        byte[] whole = ModelFiles.bytes(vocabulary(UNKNOWN, BEGIN, END, LETTER), Settings.LLAMA);
        int tried = 0;
        int refused = 0;
        for (int at = 0; at < whole.length; at += at + 100 < whole.length ? 23 : 1) {
            tried++;
            byte[] altered = whole.clone();
            altered[at] ^= (byte) (1 << at % 8);
            Files.write(file, altered);
            try {
                SentencePieceTokenizer tokenizer = SentencePieceTokenizer.read(file);
                tokenizer.decode(tokenizer.encode("a b é"));
            } catch (UserError e) {
                assertThat(e).hasMessageContaining(file.toString());
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(tried / 2);
    }

    @Test
    void aFileOfAnotherKindIsRefused() throws IOException {
        Files.writeString(file, "{\"model\": \"not this\"}");
        assertThatThrownBy(() -> SentencePieceTokenizer.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(file.toString(), "not a SentencePiece model");
        assertThatThrownBy(() -> SentencePieceTokenizer.read(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not a file");
        assertThatThrownBy(() -> SentencePieceTokenizer.read(folder.resolve("absent")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void modelsThatCannotBeFollowedExactlyAreRefused() throws IOException {
        List<Piece> pieces = vocabulary(UNKNOWN, BEGIN, END, LETTER);
        refused(pieces, Settings.LLAMA.withModelType(ModelFiles.UNIGRAM), "type unigram", "only bpe");
        refused(pieces, Settings.LLAMA.withCharsMap("a table"), "a rule", "identity");
        refused(pieces, Settings.LLAMA.withWhitespaceAsSuffix(), "end of words");
    }

    @Test
    void aVocabularyThatContradictsItselfIsRefused() throws IOException {
        refused(vocabulary(BEGIN, END, LETTER), Settings.LLAMA, "0 pieces for unknown text");
        refused(vocabulary(UNKNOWN, UNKNOWN, BEGIN, END), Settings.LLAMA, "piece 1 repeats <unk>");
        refused(vocabulary(UNKNOWN, BEGIN, END, LETTER, LETTER), Settings.LLAMA, "piece 4 repeats a");
        refused(List.of(UNKNOWN, BEGIN, END, LETTER), Settings.LLAMA, "0 pieces for bytes, not 256");
        refused(vocabulary(UNKNOWN, BEGIN, END, new Piece("", 0, PieceType.NORMAL)), Settings.LLAMA, "piece 3");
        refused(vocabulary(UNKNOWN, BEGIN, LETTER), Settings.LLAMA, "no control pieces <s> and </s>");
        refused(vocabulary(UNKNOWN, BEGIN, END, new Piece("<0xfg>", 0, PieceType.BYTE)), Settings.LLAMA, "no byte");
    }

    @Test
    void controlTokensTypedInTextAreText() throws IOException {
        Piece space = new Piece("\u2581", 0, PieceType.NORMAL);
        Files.write(file, ModelFiles.bytes(vocabulary(UNKNOWN, BEGIN, END, LETTER, space), Settings.LLAMA));
        SentencePieceTokenizer tokenizer = SentencePieceTokenizer.read(file);
        assertThat(tokenizer.encode("<s>a</s>"))
                .doesNotContain(tokenizer.bosId(), tokenizer.eosId())
                .hasSize(1 + 3 + 1 + 4);
        assertThat(tokenizer.decode(tokenizer.encode("<s>a</s>"))).isEqualTo("<s>a</s>");
    }

    @Test
    void anIdOutsideTheVocabularyIsNamed() {
        assertThatThrownBy(() -> TrainedModels.small().decode(new int[] {340}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("340", "0 to 339");
    }
}
