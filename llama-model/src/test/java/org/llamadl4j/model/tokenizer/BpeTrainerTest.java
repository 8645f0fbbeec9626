package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.SharedData;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.DocumentReader;
import org.llamadl4j.model.text.TextCorpus;

class BpeTrainerTest {

    private static final int SPECIAL = 259;

    private static SentencePieceTokenizer train(int ordinaryPieces, String... texts) {
        return BpeTrainer.builder()
                .vocabSize(SPECIAL + ordinaryPieces)
                .characterCoverage(1)
                .build()
                .train(List.of(texts));
    }

    private static List<String> ordinaryPieces(SentencePieceTokenizer tokenizer) {
        return IntStream.range(SPECIAL, tokenizer.vocabSize())
                .mapToObj(tokenizer::piece)
                .toList();
    }

    private static List<String> split(SentencePieceTokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encode(text)).mapToObj(tokenizer::piece).toList();
    }

    @Test
    void specialTokensAndBytesComeFirstThenMergesThenCharacters() {
        SentencePieceTokenizer tokenizer = train(5, "ab ab ab abb");
        assertThat(Stream.of(0, 1, 2, 3, 13, 258).map(tokenizer::piece))
                .containsExactly("<unk>", "<s>", "</s>", "<0x00>", "<0x0A>", "<0xFF>");
        assertThat(ordinaryPieces(tokenizer)).containsExactly("ab", "▁ab", "b", "a", "▁");
        assertThat(tokenizer.bosId()).isEqualTo(1);
        assertThat(tokenizer.eosId()).isEqualTo(2);
    }

    @Test
    void ofEquallyFrequentPairsTheShorterThenTheOneOfLowerCodePointsMergesFirst() {
        assertThat(ordinaryPieces(train(8, "cd ab"))).startsWith("ab", "cd", "▁ab");
        assertThat(ordinaryPieces(train(9, "aab ab ab cd cd cd"))).startsWith("ab", "cd", "▁cd", "▁ab");
    }

    @Test
    void ofThreeEqualLettersInARowOnePairCounts() {
        assertThat(ordinaryPieces(train(5, "aaa bb bb"))).startsWith("bb", "▁bb");
    }

    @Test
    void digitsAreNeverMerged() {
        SentencePieceTokenizer tokenizer = train(8, "1984 1984 1984 ab1984 ab ab");
        assertThat(ordinaryPieces(tokenizer)).noneMatch(piece -> piece.matches(".+[0-9]|[0-9].+"));
        assertThat(split(tokenizer, "1984")).containsExactly("▁", "1", "9", "8", "4");
    }

    @Test
    void scriptsAreNotMixedButChineseAndJapaneseAreOne() {
        List<String> pieces = ordinaryPieces(train(10, "aω aω aω aω aω aω 字かカ 字かカ 字かカ 字かカ 字かカ 字かカ 字かカ"));
        assertThat(pieces).contains("▁字かカ").noneMatch(piece -> piece.contains("aω"));
    }

    @Test
    void oneSpaceBeginsAPieceAndMoreAreAPieceOfTheirOwn() {
        List<String> pieces = ordinaryPieces(train(7, "a    a    a    a b b b b"));
        assertThat(pieces).contains("▁▁").noneMatch(piece -> piece.matches(".*[^▁]▁.*|.*▁▁+[^▁].*"));
    }

    @Test
    void aLineBreakATabAndARareCharacterBecomeBytes() {
        SentencePieceTokenizer tokenizer = BpeTrainer.builder()
                .vocabSize(264)
                .characterCoverage(0.99)
                .build()
                .train(List.of("ab ".repeat(200) + "é\n\t"));
        assertThat(split(tokenizer, "ab\n\té")).containsExactly("▁ab", "<0x0A>", "<0x09>", "<0xC3>", "<0xA9>");
        assertThat(tokenizer.decode(tokenizer.encode("ab\n\té"))).isEqualTo("ab\n\té");
    }

    @Test
    void aWordIsKnownAtTheBeginningOfATextAndBehindALineBreak() {
        SentencePieceTokenizer tokenizer = train(10, "hello\n".repeat(10));
        assertThat(split(tokenizer, "hello\nhello")).containsExactly("▁hello", "<0x0A>", "hello");
    }

    @Test
    void theOrderOfTextsDoesNotMatter() {
        List<String> texts = new ArrayList<>(TrainedModels.TEXTS);
        for (int i = 0; i < 200; i++) {
            texts.add("text number " + Integer.toString(i * i, 5));
        }
        BpeTrainer trainer = BpeTrainer.builder().vocabSize(360).build();
        List<String> expected = ordinaryPieces(trainer.train(texts));
        Collections.shuffle(texts, new Random(3));
        assertThat(ordinaryPieces(trainer.train(texts))).isEqualTo(expected);
    }

    @Test
    void documentsInPassagesGiveWhatWholeTextsGive(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("corpus.jsonl");
        Files.write(file, List.of("{\"text\": \"ab abc\\nabd\"}", "{\"text\": \"abc d\"}"));
        TextCorpus corpus = TextCorpus.find(List.of(file));
        List<Long> progress = new ArrayList<>();
        try (DocumentReader documents = corpus.open(false)) {
            SentencePieceTokenizer tokenizer = BpeTrainer.builder()
                    .vocabSize(268)
                    .progress(progress::add)
                    .build()
                    .train(documents);
            assertThat(ordinaryPieces(tokenizer))
                    .isEqualTo(ordinaryPieces(
                            BpeTrainer.builder().vocabSize(268).build().train(List.of("ab abc\nabd", "abc d"))));
        }
        assertThat(progress.stream().mapToLong(Long::longValue).sum()).isEqualTo(corpus.bytes());
    }

    @Test
    void whatIsWrittenCanBeReadAgain(@TempDir Path folder) throws IOException {
        SentencePieceTokenizer tokenizer = TrainedModels.small();
        Path file = folder.resolve("new/tokenizer.model");
        tokenizer.write(file);
        SentencePieceTokenizer read = SentencePieceTokenizer.read(file);
        String text = "the thing 中文 é\nhello";
        assertThat(read.encode(text)).isEqualTo(tokenizer.encode(text));
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aVocabularyTooSmallOrTooLargeForTheTextSaysWhatWouldBeRight() {
        assertThatThrownBy(() -> train(2, "abc"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("261 is too small")
                .hasMessageContaining("at least 263");
        assertThatThrownBy(() -> train(100, "abc"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("359 is too large")
                .hasMessageEndingWith("at most 266");
        assertThat(train(7, "abc").vocabSize()).isEqualTo(266);
        assertThatThrownBy(() -> train(0, "abc")).isInstanceOf(UserError.class).hasMessageContaining("259");
        assertThatThrownBy(() -> train(10)).isInstanceOf(UserError.class).hasMessageContaining("empty");
        assertThatThrownBy(() -> train(10, "\n\n", ""))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> BpeTrainer.builder()
                        .vocabSize(300)
                        .characterCoverage(0)
                        .build()
                        .train(List.of("abc")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("more than 0");
    }

    @Test
    void rareWordsAreForgottenWhenThereAreTooMany() {
        WordCounts words = new WordCounts(8);
        words.append("one one one two two two three three");
        for (int i = 0; i < 50; i++) {
            words.append(" " + (char) ('a' + i % 26) + "x" + (char) ('a' + i / 26));
        }
        words.endText();
        List<String> kept = IntStream.range(0, words.size())
                .filter(w -> words.count(w) > 1)
                .mapToObj(w -> words.word(w) + words.count(w))
                .toList();
        assertThat(kept).containsExactly("▁one3", "▁two3", "▁three2");
        assertThat(words.size()).isLessThanOrEqualTo(8);
    }

    /**
     * {@code spm_train --input=tinyshakespeare.txt,wikitext2-valid.txt,wikitext2-test.txt --vocab_size=8000
     * --model_type=bpe --byte_fallback --split_digits} of version 0.1.97 gives 951,479 tokens over the lines of these.
     */
    @Test
    void theVocabularyIsAsGoodAsThatOfSentencePiece() throws IOException {
        List<Path> files = List.of(
                SharedData.require("text/tinyshakespeare.txt"),
                SharedData.require("text/wikitext2-valid.txt"),
                SharedData.require("text/wikitext2-test.txt"));
        List<String> texts = new ArrayList<>();
        for (Path file : files) {
            texts.add(Files.readString(file));
        }
        SentencePieceTokenizer tokenizer =
                BpeTrainer.builder().vocabSize(8000).build().train(texts);
        long tokens = texts.stream()
                .flatMap(String::lines)
                .mapToLong(line -> tokenizer.encode(line).length)
                .sum();
        assertThat(tokens).isLessThan(951_479L * 102 / 100);
    }
}
