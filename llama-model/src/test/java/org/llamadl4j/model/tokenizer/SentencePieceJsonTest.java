package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.SharedData;
import org.llamadl4j.model.error.UserError;

/** A {@code tokenizer.json} that was made of a SentencePiece model does what the model does. */
class SentencePieceJsonTest {

    private static final SentencePieceTokenizer MODEL = TrainedModels.small();
    private static final List<Piece> PIECES = MODEL.model().pieces();
    private static final List<String> MERGES = TokenizerJsonFiles.mergesOfScores(PIECES, false);

    @TempDir
    static Path folder;

    private static ObjectNode json() {
        return TokenizerJsonFiles.sentencePiece(PIECES, MERGES);
    }

    private static Tokenizer read(ObjectNode json) {
        try {
            Path file = Files.createTempFile("tokenizer", ".json");
            try {
                return TokenizerFile.read(TokenizerJsonFiles.write(file, json));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return AnyText.texts();
    }

    @Property
    void anyTextHasTheIdsOfTheModel(@ForAll("texts") String text) {
        Tokenizer tokenizer = Fixtures.OF_JSON;
        int[] ids = MODEL.encode(text);
        assertThat(tokenizer.encode(text)).isEqualTo(ids);
        assertThat(tokenizer.decode(ids)).isEqualTo(MODEL.decode(ids));
    }

    /** Of merges that no scores could give: some are left out, and the others in an order of their own. */
    @Property
    void mergesAreFollowedAsTheyAreListed(@ForAll("texts") String text) {
        assertThat(Fixtures.SHUFFLED.encode(text)).isEqualTo(Fixtures.reference(text));
    }

    /** What properties need once. */
    private static final class Fixtures {

        private static final Tokenizer OF_JSON = read(json());
        private static final List<String> SHUFFLED_MERGES = shuffled();
        private static final Tokenizer SHUFFLED = read(TokenizerJsonFiles.sentencePiece(PIECES, SHUFFLED_MERGES));
        private static final ReferenceBpe REFERENCE = new ReferenceBpe(SHUFFLED_MERGES);
        private static final Map<String, Integer> IDS = IntStream.range(3, PIECES.size())
                .boxed()
                .collect(Collectors.toMap(id -> PIECES.get(id).text(), Function.identity()));

        private static List<String> shuffled() {
            List<String> merges = new ArrayList<>(MERGES);
            Collections.shuffle(merges, new Random(3));
            return merges.subList(0, 2 * merges.size() / 3);
        }

        private static int[] reference(String text) {
            if (text.isEmpty()) {
                return new int[0];
            }
            List<String> characters = ("\u2581" + text.replace(' ', '\u2581'))
                    .codePoints()
                    .mapToObj(Character::toString)
                    .toList();
            IntList ids = new IntList();
            for (String symbol : REFERENCE.merge(characters)) {
                if (IDS.containsKey(symbol)) {
                    ids.add(IDS.get(symbol));
                } else {
                    for (byte value : symbol.getBytes(StandardCharsets.UTF_8)) {
                        ids.add(IDS.get(Piece.ofByte(value & 0xFF)));
                    }
                }
            }
            return ids.toArray();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyPublishedTextOfLlamaHasItsIds() throws IOException {
        SentencePieceTokenizer llama = SentencePieceTokenizer.read(SharedData.require("tokenizer/llama.model"));
        List<Piece> pieces = llama.model().pieces();
        return Stream.of(false, true).flatMap(newer -> {
            List<String> merges = TokenizerJsonFiles.mergesOfScores(pieces, newer);
            // The number of merges in the published tokenizer.json of Llama 2.
            assertThat(merges).hasSize(61_249);
            try {
                return LlamaVectors.tests("llama", read(TokenizerJsonFiles.sentencePiece(pieces, merges)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void documentsBeginAndEndAsInTheModel() {
        Tokenizer tokenizer = read(json());
        assertThat(tokenizer.bosId()).isEqualTo(1);
        assertThat(tokenizer.eosId()).isEqualTo(2);
        assertThat(tokenizer.addsBos()).isTrue();
        assertThat(tokenizer.encodeWithSpecials("<s>the</s>")).startsWith(1).endsWith(2);
        assertThat(tokenizer.encode("<s>the</s>")).doesNotContain(1, 2);
    }

    @Test
    void whatIsWrittenIsTheSameAgain() throws IOException {
        Tokenizer tokenizer = read(json());
        assertThat(tokenizer.fileName()).isEqualTo("tokenizer.json");
        Path file = folder.resolve("written.json");
        tokenizer.write(file);
        assertThat(TokenizerJsonFiles.parse(Files.readString(file))).isEqualTo(withIgnoreMerges(json()));
    }

    /** The writer names a setting that older files leave out. */
    private static ObjectNode withIgnoreMerges(ObjectNode json) {
        ((ObjectNode) json.get("model")).put("ignore_merges", false);
        return json;
    }

    @Test
    void scoresAreMadeOfMergesForFormatsThatHaveNoMerges() {
        SentencePieceTokenizer tokenizer = (SentencePieceTokenizer) read(json());
        Vocabulary vocabulary = tokenizer.vocabulary();
        assertThat(vocabulary.pieces()).extracting(Piece::type).containsExactlyElementsOf(types(PIECES));
        assertThat(vocabulary.addSpacePrefix()).isTrue();
        SentencePieceTokenizer ofScores = SentencePieceTokenizer.of(Path.of("x"), vocabulary);
        for (String text : TrainedModels.TEXTS) {
            assertThat(ofScores.encode(text)).isEqualTo(MODEL.encode(text));
        }
    }

    private static List<PieceType> types(List<Piece> pieces) {
        return pieces.stream().map(Piece::type).toList();
    }

    @Test
    void scoresOfLlamaAreMadeAgainInTheirOrder() throws IOException {
        List<Piece> llama = SentencePieceTokenizer.read(SharedData.require("tokenizer/llama.model"))
                .model()
                .pieces();
        SentencePieceTokenizer tokenizer = (SentencePieceTokenizer)
                read(TokenizerJsonFiles.sentencePiece(llama, TokenizerJsonFiles.mergesOfScores(llama, false)));
        List<Piece> made = tokenizer.vocabulary().pieces();
        float before = 0;
        for (int id = 260; id < llama.size(); id++) {
            if (llama.get(id).score() > -1e9) {
                assertThat(made.get(id).score()).as("score of token %d", id).isLessThan(before);
                before = made.get(id).score();
            }
        }
    }

    @Test
    void mergesThatNoScoresGiveCannotGoIntoOtherFormats() {
        SentencePieceTokenizer shuffled = (SentencePieceTokenizer) Fixtures.SHUFFLED;
        assertThatThrownBy(shuffled::vocabulary).isInstanceOf(UserError.class).hasMessageContaining("merges");
    }

    @Test
    void theModelBesideItCountsWhereBothAreThere() throws IOException {
        Path both = Files.createDirectories(folder.resolve("both"));
        MODEL.write(both.resolve("tokenizer.model"));
        TokenizerJsonFiles.write(both.resolve("tokenizer.json"), json());
        Tokenizer tokenizer = TokenizerFile.read(both);
        assertThat(tokenizer.fileName()).isEqualTo("tokenizer.model");
        Path written = folder.resolve("written.model");
        tokenizer.write(written);
        assertThat(written).hasSameBinaryContentAs(both.resolve("tokenizer.model"));
    }

    @Test
    void tokensAddedToTheModelBesideAreTokens() throws IOException {
        Path both = Files.createDirectories(folder.resolve("added"));
        MODEL.write(both.resolve("tokenizer.model"));
        ObjectNode json = json();
        TokenizerJsonFiles.addToken(json, 340, "<|im_end|>", true, false);
        TokenizerJsonFiles.addToken(json, 341, "[a b]", false, false);
        TokenizerJsonFiles.write(both.resolve("tokenizer.json"), json);
        assertAddsTokens(TokenizerFile.read(both));
        assertAddsTokens(read(json));

        Path written = folder.resolve("added.model");
        TokenizerFile.read(both).write(written);
        SentencePieceTokenizer again = SentencePieceTokenizer.read(written);
        assertThat(again.encodeWithSpecials("<|im_end|>")).containsExactly(340);
    }

    private static void assertAddsTokens(Tokenizer tokenizer) {
        assertThat(tokenizer.vocabSize()).isEqualTo(342);
        int[] the = MODEL.encode("the");
        assertThat(tokenizer.encode("the[a b]the")).isEqualTo(join(the, new int[] {341}, the));
        assertThat(tokenizer.encode("<|im_end|>")).isEqualTo(MODEL.encode("<|im_end|>"));
        assertThat(tokenizer.encodeWithSpecials("the<|im_end|>the[a b]"))
                .isEqualTo(join(the, new int[] {340}, the, new int[] {341}));
        assertThat(tokenizer.decode(join(the, new int[] {341, 340}))).isEqualTo("the[a b]");
    }

    private static int[] join(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    @Test
    void aModelOfAnotherVocabularyBesideItIsRefused() throws IOException {
        Path both = Files.createDirectories(folder.resolve("other"));
        BpeTrainer.builder()
                .vocabSize(270)
                .build()
                .train(List.of("other text of another"))
                .write(both.resolve("tokenizer.model"));
        TokenizerJsonFiles.write(both.resolve("tokenizer.json"), json());
        assertThatThrownBy(() -> TokenizerFile.read(both))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("tokenizer.json", "tokenizer.model", "differ in token");
    }

    @Test
    void withoutAPrependNoSpaceIsPutBeforeTheText() {
        ObjectNode json = json();
        ((ArrayNode) json.at("/normalizer/normalizers")).remove(0);
        ((ArrayNode) json.at("/decoder/decoders")).remove(3);
        Tokenizer tokenizer = read(json);
        assertThat(tokenizer.encode(" the")).isEqualTo(MODEL.encode("the"));
        assertThat(tokenizer.decode(tokenizer.encode("the"))).isEqualTo("the");
        assertThat(tokenizer.decode(tokenizer.encode(" the"))).isEqualTo(" the");
    }
}
