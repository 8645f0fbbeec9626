package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.SharedData;
import org.llamadl4j.model.tokenizer.Tokenizer.StreamingDecoder;
import org.llamadl4j.model.tokenizer.Tokenizer.StreamingEncoder;

/** Text and ids that arrive in passages give what they give as a whole. */
class StreamingTest {

    private static final SentencePieceTokenizer TOKENIZER = TrainedModels.small();

    @Provide
    Arbitrary<String> texts() {
        return AnyText.texts();
    }

    @Property
    void idsDoNotDependOnHowTheTextIsCut(
            @ForAll("texts") String text, @ForAll("texts") String next, @ForAll long seed) {
        StreamingLaws.assertCutsDoNotMatter(TOKENIZER, List.of(text, next), seed);
    }

    @Property
    void textDoesNotDependOnWhetherIdsComeOneByOne(@ForAll List<@IntRange(max = 339) Integer> list) {
        StreamingLaws.assertOneByOneIsTheSame(TOKENIZER, list);
    }

    @Property
    void decodingGivesTheTextBack(@ForAll("texts") String text) {
        String expected = text.replace('\u2581', ' ');
        assertThat(TOKENIZER.decode(TOKENIZER.encode(text))).isEqualTo(expected);
    }

    @Test
    void anUnfinishedCharacterIsHeldBack() {
        StreamingDecoder decoder = TOKENIZER.streamingDecoder();
        int[] ids = TOKENIZER.encode("😀!");
        List<String> parts = IntStream.of(ids).mapToObj(decoder::append).toList();
        assertThat(parts).containsExactly("", "", "", "", "😀", "!");
        assertThat(decoder.append(ids[1])).isEmpty();
        assertThat(decoder.append(ids[2])).isEmpty();
        assertThat(decoder.finish()).isEqualTo("\uFFFD\uFFFD");
    }

    @Test
    void bytesThatAreNoCharacterAreReplacedOneByOne() {
        assertThat(decodeBytes(0xF0, 0x9F, 0x98, 0x80)).isEqualTo("😀");
        assertThat(decodeBytes(0xF4, 0x8F, 0xBF, 0xBF)).isEqualTo("\uDBFF\uDFFF");
        assertThat(decodeBytes(0xF4, 0x90, 0x80, 0x80)).isEqualTo("\uFFFD".repeat(4));
        assertThat(decodeBytes(0xF0, 0x80, 0x80, 0x80)).isEqualTo("\uFFFD".repeat(4));
        assertThat(decodeBytes(0xF5, 0x80, 'a')).isEqualTo("\uFFFD\uFFFDa");
        assertThat(decodeBytes(0xED, 0xA0, 0x80)).isEqualTo("\uFFFD".repeat(3));
        assertThat(decodeBytes(0xC0, 0x80, 0)).isEqualTo("\uFFFD\uFFFD\0");
        assertThat(decodeBytes(0xE4, 0xC3, 0xA9)).isEqualTo("\uFFFDé");
    }

    private static String decodeBytes(int... bytes) {
        return TOKENIZER.decode(IntStream.of(bytes).map(value -> 3 + value).toArray());
    }

    @Test
    void halfASurrogatePairIsReadAsTheReplacementCharacter() {
        assertThat(TOKENIZER.encode("a\uD83Db\uDE00")).isEqualTo(TOKENIZER.encode("a\uFFFDb\uFFFD"));
    }

    @Test
    void wordsAreFoundAgainAfterMoreThanTheCacheHolds() {
        String text = IntStream.range(0, 150_000)
                .mapToObj(i -> Integer.toString(i, 36).replaceAll("[0-9]", "q"))
                .collect(Collectors.joining(" "));
        int[] first = TOKENIZER.encode(text);
        assertThat(TOKENIZER.encode(text)).isEqualTo(first);
        assertThat(TOKENIZER.decode(first)).isEqualTo(text);
    }

    @Test
    void aWordOfAnyLengthIsEncoded() {
        String word = "thing".repeat(100_000);
        int[] ids = TOKENIZER.encode(word);
        assertThat(TOKENIZER.decode(ids)).isEqualTo(word);
        IntList streamed = new IntList();
        StreamingEncoder encoder = TOKENIZER.streamingEncoder(streamed::add);
        AnyText.cut(word, new Random(1), 10_000).forEach(encoder::append);
        encoder.finish();
        assertThat(streamed.toArray()).isEqualTo(ids);
    }

    @Test
    void oneTokenizerServesManyThreads() throws Exception {
        List<String> texts = IntStream.range(0, 200)
                .mapToObj(i -> "the " + i + " words of text " + Integer.toString(i * 7919, 36))
                .toList();
        List<int[]> expected = texts.stream().map(TOKENIZER::encode).toList();
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
    void realTextComesBack() throws IOException {
        SentencePieceTokenizer llama = SentencePieceTokenizer.read(SharedData.require("tokenizer/llama.model"));
        String text = Files.readString(SharedData.require("text/wikitext2-test.txt"));
        int[] ids = llama.encode(text);
        assertThat(llama.decode(ids)).isEqualTo(text);
        IntList streamed = new IntList();
        StreamingEncoder encoder = llama.streamingEncoder(streamed::add);
        AnyText.cut(text, new Random(2), 100_000).forEach(encoder::append);
        encoder.finish();
        assertThat(streamed.toArray()).isEqualTo(ids);
    }
}
