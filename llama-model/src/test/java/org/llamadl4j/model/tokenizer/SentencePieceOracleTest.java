package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.sentencepiece.SpTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.llamadl4j.model.SharedData;

/** Encoding and decoding give what SentencePiece itself gives, on any text and with any vocabulary. */
class SentencePieceOracleTest {

    private static Path folder;
    private static Pair trained;
    private static Pair llama;

    /** One model, opened here and in SentencePiece. */
    private record Pair(SentencePieceTokenizer ours, SpTokenizer theirs) implements AutoCloseable {

        static Pair open(Path model) throws IOException {
            return new Pair(new SentencePieceTokenizer(SentencePieceModel.read(model)), new SpTokenizer(model));
        }

        void assertAgreementOn(String text) {
            int[] ids = theirs.getProcessor().encode(text);
            assertThat(ours.encode(text)).as("ids of <%s>", text).isEqualTo(ids);
            assertAgreementOn(ids);
        }

        /** The Java binding garbles what SentencePiece decodes to characters beyond U+FFFF, so these are left out. */
        void assertAgreementOn(int[] ids) {
            boolean comparable = Arrays.stream(ids)
                    .mapToObj(ours::entry)
                    .noneMatch(piece -> piece.type() == PieceType.BYTE
                            ? piece.byteValue() == 0 || piece.byteValue() >= 0xF0
                            : piece.text().codePoints().anyMatch(Character::isSupplementaryCodePoint));
            if (comparable) {
                assertThat(ours.decode(ids)).isEqualTo(theirs.getProcessor().decode(ids));
            }
        }

        @Override
        public void close() {
            theirs.close();
        }
    }

    @BeforeContainer
    static void openModels() throws IOException {
        folder = Files.createTempDirectory("tokenizer");
        Path file = folder.resolve("trained.model");
        TrainedModels.small().write(file);
        trained = Pair.open(file);
    }

    @AfterContainer
    static void closeModels() throws IOException {
        trained.close();
        if (llama != null) {
            llama.close();
        }
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /** Skips what needs LLaMA's own model where that is absent. */
    static final class OnlyWithLlama implements SkipExecutionHook {

        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            return SharedData.has("tokenizer/llama.model")
                    ? SkipResult.doNotSkip()
                    : SkipResult.skip("no tokenizer/llama.model in ../shared/data");
        }
    }

    private static Pair llama() throws IOException {
        if (llama == null) {
            llama = Pair.open(SharedData.require("tokenizer/llama.model"));
        }
        return llama;
    }

    @Provide
    Arbitrary<String> texts() {
        return AnyText.texts();
    }

    @Property(tries = 2000)
    @AddLifecycleHook(OnlyWithLlama.class)
    void withTheModelOfLlama(@ForAll("texts") String text) throws IOException {
        llama().assertAgreementOn(text);
    }

    @Property(tries = 1000)
    void withAModelTrainedHere(@ForAll("texts") String text) {
        trained.assertAgreementOn(text);
    }

    @Property(tries = 1000)
    void decodingAnyIds(@ForAll List<@IntRange(max = 339) Integer> ids) {
        trained.assertAgreementOn(ids.stream().mapToInt(Integer::intValue).toArray());
    }

    @Property(tries = 1000)
    @AddLifecycleHook(OnlyWithLlama.class)
    void decodingAnyIdsOfLlama(@ForAll List<@IntRange(max = 31_999) Integer> ids) throws IOException {
        llama().assertAgreementOn(ids.stream().mapToInt(Integer::intValue).toArray());
    }

    @Provide
    Arbitrary<String> textsOfFewLetters() {
        return Arbitraries.strings()
                .withChars("aabc \u2581\u00E9")
                .ofMaxLength(40)
                .map(text -> text.replace("c", "😀"));
    }

    @Property(tries = 300)
    void withAnyVocabulary(
            @ForAll long seed,
            @ForAll boolean byteFallback,
            @ForAll boolean addDummyPrefix,
            @ForAll boolean removeExtraWhitespaces,
            @ForAll boolean escapeWhitespaces,
            @ForAll("textsOfFewLetters") String text)
            throws IOException {
        ModelFiles.Settings settings = new ModelFiles.Settings(
                ModelFiles.BPE, byteFallback, addDummyPrefix, removeExtraWhitespaces, escapeWhitespaces, false, "");
        Path file = folder.resolve("any.model");
        Files.write(file, ModelFiles.bytes(randomPieces(new Random(seed), byteFallback), settings));
        try (Pair pair = Pair.open(file)) {
            pair.assertAgreementOn(text);
            pair.assertAgreementOn(text + text);
        }
    }

    /** Pieces over few letters, many with equal scores, some user-defined or unused, not all of them reachable by merges. */
    private static List<Piece> randomPieces(Random random, boolean byteFallback) {
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece("<unk>", 0, PieceType.UNKNOWN));
        pieces.add(new Piece("<s>", 0, PieceType.CONTROL));
        pieces.add(new Piece("</s>", 0, PieceType.CONTROL));
        for (int value = 0; byteFallback && value < 256; value++) {
            pieces.add(new Piece(Piece.ofByte(value), 0, PieceType.BYTE));
        }
        String[] letters = {"a", "b", "é", "😀", "\u2581", "a", "\u2581"};
        Set<String> texts = new LinkedHashSet<>();
        for (int i = random.nextInt(30); i >= 0; i--) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(5); length >= 0; length--) {
                text.append(letters[random.nextInt(letters.length)]);
            }
            texts.add(text.toString());
        }
        boolean special = random.nextInt(3) == 0;
        for (String text : texts) {
            PieceType type = !special || random.nextInt(3) > 0
                    ? PieceType.NORMAL
                    : random.nextBoolean() ? PieceType.USER_DEFINED : PieceType.UNUSED;
            pieces.add(new Piece(text, -random.nextInt(6), type));
        }
        return pieces;
    }
}
