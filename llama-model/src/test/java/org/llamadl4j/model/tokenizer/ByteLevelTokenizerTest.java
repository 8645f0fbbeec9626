package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.tokenizer.Tokenizer.StreamingDecoder;
import org.llamadl4j.model.tokenizer.Tokenizer.StreamingEncoder;

/** Byte-level BPE with a small vocabulary. */
class ByteLevelTokenizerTest {

    private static final ByteLevelTokenizer TOKENIZER = SmallByteLevel.tokenizer();
    private static final ByteLevelTokenizer OF_RANKS = SmallByteLevel.ofRanks();
    private static final ReferenceBpe REFERENCE = new ReferenceBpe(SmallByteLevel.merges());
    private static final List<String> TOKENS = SmallByteLevel.tokens();
    private static final int LAST_ID = TOKENS.size() + SmallByteLevel.SPECIAL.size() - 1;

    /** Words by a regular expression, merges one after another. */
    private static int[] reference(String text) {
        IntList ids = new IntList();
        for (String word : ReferenceSplit.words(text)) {
            String bytes = new String(word.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            String spelled = ByteSpelling.spell(bytes);
            if (TOKENS.contains(spelled)) {
                ids.add(TOKENS.indexOf(spelled));
            } else {
                REFERENCE.merge(List.of(spelled.split(""))).forEach(token -> ids.add(TOKENS.indexOf(token)));
            }
        }
        return ids.toArray();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(AnyText.texts(), textsOfTheVocabulary());
    }

    private static Arbitrary<String> textsOfTheVocabulary() {
        return Arbitraries.of(
                        "the", " the", "thing", "n", "g", " ", "  ", "\n", "\t", "1", "123", "'ll", "'", "größe", "ö",
                        "中", "😀", "=>", "!")
                .list()
                .ofMaxSize(30)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 2000)
    void idsAreThoseOfTheDefinition(@ForAll("texts") String text) {
        assertThat(TOKENIZER.encode(text)).isEqualTo(reference(text));
    }

    @Property(tries = 2000)
    void decodingGivesTheTextBack(@ForAll("texts") String text) {
        assertThat(TOKENIZER.decode(TOKENIZER.encode(text))).isEqualTo(text);
        assertThat(OF_RANKS.decode(OF_RANKS.encode(text))).isEqualTo(text);
    }

    @Property(tries = 2000)
    void idsDoNotDependOnHowTheTextIsCut(
            @ForAll("texts") String text, @ForAll("texts") String next, @ForAll long seed) {
        for (Tokenizer tokenizer : List.of(TOKENIZER, OF_RANKS)) {
            StreamingLaws.assertCutsDoNotMatter(tokenizer, List.of(text, next), seed);
        }
    }

    @Property
    void textDoesNotDependOnWhetherIdsComeOneByOne(@ForAll List<@IntRange(max = 300) Integer> list) {
        StreamingLaws.assertOneByOneIsTheSame(TOKENIZER, list);
    }

    /** Each piece of a broken sequence that could have gone on becomes one U+FFFD, as Unicode recommends. */
    @Test
    void bytesThatAreNoCharacterAreReplaced() {
        assertThat(decodeBytes(0xF0, 0x9F, 0x98, 0x80)).isEqualTo("😀");
        assertThat(decodeBytes(0xF0, 0x9F, 0x98, 'a')).isEqualTo("\uFFFDa");
        assertThat(decodeBytes(0xE4, 0xC3, 0xA9)).isEqualTo("\uFFFDé");
        assertThat(decodeBytes(0xC0, 0x80, 'a')).isEqualTo("\uFFFD\uFFFDa");
        assertThat(decodeBytes(0xF0, 0x9F)).isEqualTo("\uFFFD");
        assertThat(decodeBytes(0xED, 0xA0, 0x80)).isEqualTo("\uFFFD\uFFFD\uFFFD");
    }

    private static int[] idsOfBytes(int... bytes) {
        return Arrays.stream(bytes)
                .map(value -> TOKENS.indexOf(ByteSpelling.spell(String.valueOf((char) value))))
                .toArray();
    }

    private static String decodeBytes(int... bytes) {
        return TOKENIZER.decode(idsOfBytes(bytes));
    }

    @Test
    void anUnfinishedCharacterIsHeldBack() {
        StreamingDecoder decoder = TOKENIZER.streamingDecoder();
        int[] ids = idsOfBytes(0xF0, 0x9F, 0x98, 0x80, 0xE2);
        List<String> parts = IntStream.of(ids).mapToObj(decoder::append).toList();
        assertThat(parts).containsExactly("", "", "", "😀", "");
        assertThat(decoder.finish()).isEqualTo("\uFFFD");
    }

    @Test
    void specialTokensDecodeToNothing() {
        int[] ids = TOKENIZER.encodeWithSpecials("<|begin_of_text|>the thing<|eot_id|>");
        assertThat(ids).startsWith(TOKENS.size()).endsWith(TOKENS.size() + 2);
        assertThat(TOKENIZER.decode(ids)).isEqualTo("the thing");
    }

    @Test
    void textThatSpellsASpecialTokenIsText() {
        String text = "the<|eot_id|>thing<|begin_of_text|>";
        assertThat(TOKENIZER.encode(text)).isEqualTo(reference(text));
        assertThat(TOKENIZER.decode(TOKENIZER.encode(text))).isEqualTo(text);
        IntList streamed = new IntList();
        StreamingEncoder encoder = TOKENIZER.streamingEncoder(streamed::add);
        encoder.append(text);
        encoder.finish();
        assertThat(streamed.toArray()).isEqualTo(reference(text));
    }

    @Property
    void whatLiesBetweenSpecialTokensIsATextOfItsOwn(@ForAll("texts") String first, @ForAll("texts") String second) {
        int eot = TOKENS.size() + 2;
        int[] expected = Stream.of(TOKENIZER.encode(first), new int[] {eot}, TOKENIZER.encode(second))
                .flatMapToInt(IntStream::of)
                .toArray();
        assertThat(TOKENIZER.encodeWithSpecials(first + "<|eot_id|>" + second)).isEqualTo(expected);
    }

    @Test
    void halfASurrogatePairIsReadAsTheReplacementCharacter() {
        assertThat(TOKENIZER.encode("a\uD83Db\uDE00")).isEqualTo(TOKENIZER.encode("a\uFFFDb\uFFFD"));
        assertThat(TOKENIZER.encode("\uDE00\uD83D")).isEqualTo(TOKENIZER.encode("\uFFFD\uFFFD"));
    }

    @Test
    void lineBreaksOfEachKindComeBack() {
        String text = "the\r\nthing\rring\n\r\n\r\r\n \r\n  x\r";
        assertThat(TOKENIZER.decode(TOKENIZER.encode(text))).isEqualTo(text);
        assertThat(TOKENIZER.encode(text)).isEqualTo(reference(text));
    }

    @Test
    void aWordOfAnyLengthIsEncoded() {
        for (String part : List.of("thing", " ", "\n", "!", "é")) {
            String word = part.repeat(100_000);
            int[] ids = TOKENIZER.encode(word);
            assertThat(TOKENIZER.decode(ids)).isEqualTo(word);
            IntList streamed = new IntList();
            StreamingEncoder encoder = TOKENIZER.streamingEncoder(streamed::add);
            AnyText.cut(word, new Random(1), 10).forEach(encoder::append);
            encoder.finish();
            assertThat(streamed.toArray()).isEqualTo(ids);
        }
    }

    @Test
    void oneTokenizerServesManyThreads() throws Exception {
        List<String> texts = IntStream.range(0, 200)
                .mapToObj(i -> "the " + i + " things of text " + Integer.toString(i * 7919, 36))
                .toList();
        List<int[]> expected =
                texts.stream().map(ByteLevelTokenizerTest::reference).toList();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<List<int[]>> all =
                    () -> texts.stream().map(TOKENIZER::encode).toList();
            for (Future<List<int[]>> result : threads.invokeAll(List.of(all, all, all, all))) {
                assertThat(result.get()).usingRecursiveComparison().isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatDefinesATokenizerMakesItAgain() {
        assertThat(TOKENIZER.vocabulary()).isEqualTo(SmallByteLevel.vocabulary());
        ByteLevelVocabulary ofRanks = OF_RANKS.vocabulary();
        assertThat(ofRanks.merges()).isEqualTo(TokenizerJsonFiles.mergesOfRanks(TOKENS));
        assertThat(ofRanks.ignoreMerges()).isTrue();
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        for (int id : new int[] {-1, LAST_ID + 1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> TOKENIZER.decode(new int[] {id}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Integer.toString(id));
            assertThatThrownBy(() -> TOKENIZER.piece(id)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** A word that is a token but that no merges lead to. */
    @Test
    void mergesAreIgnoredForAWordThatIsATokenOnlyWhereTheFileSaysSo() {
        List<Piece> pieces = new ArrayList<>(SmallByteLevel.vocabulary().pieces());
        pieces.add(new Piece("xyz", 0, PieceType.NORMAL));
        for (boolean ignores : new boolean[] {true, false}) {
            ByteLevelTokenizer tokenizer = ByteLevelTokenizer.of(
                    Path.of("x"), new ByteLevelVocabulary(pieces, SmallByteLevel.merges(), ignores));
            assertThat(tokenizer.encode("xyz")).hasSize(ignores ? 1 : 3);
        }
    }
}
