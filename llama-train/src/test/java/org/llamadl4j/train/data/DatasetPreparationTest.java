package org.llamadl4j.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.SharedData;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.ByteLevelTokenizer;
import org.llamadl4j.model.tokenizer.SmallByteLevel;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.model.tokenizer.TokenizerFile;
import org.llamadl4j.train.data.DatasetPreparation.DatasetPreparationBuilder;

class DatasetPreparationTest {

    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();

    @TempDir
    Path dir;

    @Test
    void everyDocumentIsBegunByBosAndEndedByEos() {
        write("a.txt", "one");
        write("b.jsonl", "{\"text\": \"two é\"}\n{\"text\": \"\"}\n{\"text\": \"three\"}\n");
        TokenDataset dataset = prepare(p -> p.validation(0));
        assertThat(documents(dataset.train())).containsExactly("one", "two é", "three");
        assertThat(dataset.train().documents()).isEqualTo(3);
        assertThat(dataset.train().textBytes()).isEqualTo(14);
        assertThat(dataset.train().tokens()).isEqualTo(14 + 6);
        assertThat(dataset.validation().tokens()).isZero();
        assertThat(dataset.vocabSize()).isEqualTo(TOKENIZER.vocabSize());
        assertThat(dataset.tokenizerFile()).hasContent("bytes 259");
    }

    @Test
    void theSplitDependsNeitherOnOrderNorOnNames() {
        List<String> texts =
                IntStream.range(0, 400).mapToObj(i -> "document number " + i).toList();
        List<String> reversed = new ArrayList<>(texts);
        Collections.reverse(reversed);
        write("lines.jsonl", lines(texts));
        TokenDataset one = prepare(p -> p.validation(0.1));
        delete("lines.jsonl");
        write("reversed.jsonl", lines(reversed.subList(0, 200)));
        for (String text : reversed.subList(200, 400)) {
            write(text.replace(' ', '-') + ".txt", text);
        }
        TokenDataset other = prepare(p -> p.validation(0.1).out(dir.resolve("other")));
        assertThat(documents(one.validation())).hasSizeBetween(20, 60);
        assertThat(documents(other.validation())).containsExactlyInAnyOrderElementsOf(documents(one.validation()));
        assertThat(documents(other.train())).containsExactlyInAnyOrderElementsOf(documents(one.train()));
    }

    @Test
    void theHashThatSplitsStaysAsItIs() {
        DocumentHash hash = new DocumentHash();
        hash.update("Once upon a time".getBytes(StandardCharsets.UTF_8));
        assertThat(hash.fraction()).isEqualTo(0.73283555050909);
    }

    @Test
    void theHashLooksAtTheFirstMebibyteHoweverItArrives() {
        byte[] text = new byte[DocumentHash.BYTES + 5];
        Arrays.fill(text, (byte) 'a');
        DocumentHash whole = new DocumentHash();
        whole.update(text);
        text[text.length - 1] = 'b';
        DocumentHash parts = new DocumentHash();
        for (int from = 0; from < text.length; from += 1000) {
            parts.update(Arrays.copyOfRange(text, from, Math.min(text.length, from + 1000)));
        }
        assertThat(parts.fraction()).isEqualTo(whole.fraction());
        text[DocumentHash.BYTES - 1] = 'b';
        DocumentHash changed = new DocumentHash();
        changed.update(text);
        assertThat(changed.fraction()).isNotEqualTo(whole.fraction());
    }

    @Test
    void theLastPartOfASingleDocumentIsHeldOut() {
        write("a.txt", "0123456789".repeat(20_000));
        TokenDataset dataset = prepare(p -> p.validation(0.1));
        assertThat(documents(dataset.train())).containsExactly("0123456789".repeat(18_000));
        assertThat(documents(dataset.validation())).containsExactly("0123456789".repeat(2_000));
    }

    @Test
    void aSingleDocumentIsCutBetweenCharacters() {
        write("a.jsonl", "{\"text\": \"" + "\uD83D\uDE00é".repeat(5) + "\"}\n\n");
        TokenDataset dataset = prepare(p -> p.validation(0.5));
        assertThat(documents(dataset.train())).containsExactly("\uD83D\uDE00é".repeat(2));
        assertThat(documents(dataset.validation())).containsExactly("\uD83D\uDE00é".repeat(3));
    }

    @Test
    void tinyShakespeareIsCutWhereOthersCutIt() throws IOException {
        Path file = SharedData.require("text/tinyshakespeare.txt");
        String text = Files.readString(file);
        TokenDataset dataset = prepare(file, p -> p.validation(0.1).shardTokens(300_000));
        int cut = (int) (text.length() * 0.9);
        assertThat(documents(dataset.train())).containsExactly(text.substring(0, cut));
        assertThat(documents(dataset.validation())).containsExactly(text.substring(cut));
    }

    @Test
    void filesHeldOutByNameAreNotTrainedOn() {
        write("a.txt", "train");
        write("valid.txt", "held out");
        TokenDataset dataset = prepare(p -> p.validationCorpus(TextCorpus.find(List.of(dir.resolve("in/valid.txt")))));
        assertThat(documents(dataset.train())).containsExactly("train");
        assertThat(documents(dataset.validation())).containsExactly("held out");
    }

    @Test
    void shardsAreTheSameWhateverTheThreads() {
        write(
                "a.jsonl",
                lines(IntStream.range(0, 3000)
                        .mapToObj(i -> (i + " ").repeat(300))
                        .toList()));
        write("b.txt", "long ".repeat(400_000));
        write("c.txt", "short");
        write("d.txt", "long, too ".repeat(200_000));
        TokenDataset one = prepare(p -> p.threads(1).validation(0.2));
        TokenDataset four = prepare(p -> p.threads(4).validation(0.2).out(dir.resolve("four")));
        assertThat(contents(dir.resolve("four"))).isEqualTo(contents(dir.resolve("out")));
        assertThat(four.digest()).isEqualTo(one.digest());
        assertThat(one.train().documents() + one.validation().documents()).isEqualTo(3003);
        assertThat(one.train().textBytes() + 2 * one.train().documents())
                .isEqualTo(one.train().tokens());
    }

    @Test
    void tokensAreReadAcrossShards() {
        write(
                "a.jsonl",
                lines(IntStream.range(0, 100).mapToObj(i -> "text " + i).toList()));
        TokenDataset small = prepare(p -> p.shardTokens(7).validation(0));
        TokenDataset large = prepare(p -> p.validation(0).out(dir.resolve("large")));
        assertThat(contents(dir.resolve("out")).size()).isGreaterThan(100);
        assertThat(ids(small.train())).isEqualTo(ids(large.train()));
        assertThat(small.train().documents()).isEqualTo(100);
        assertThat(small.train().textBytes()).isEqualTo(large.train().textBytes());
        int[] some = new int[30];
        small.train().read(5, some, 2, 20);
        assertThat(Arrays.copyOfRange(some, 2, 22)).isEqualTo(Arrays.copyOfRange(ids(large.train()), 5, 25));
        assertThatThrownBy(() -> small.train().read(small.train().tokens() - 3, some, 0, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aLargeVocabularyIsKeptInWiderTokens() {
        write("a.txt", "wide");
        TokenDataset dataset =
                prepare(p -> p.tokenizer(new ByteTokenizer(70_000)).validation(0));
        assertThat(documents(dataset.train())).containsExactly("wide");
        assertThat(contents(dir.resolve("out")).get("train-00000.tokens").limit())
                .isEqualTo(128 + 4 * 6 + 4);
    }

    @Test
    void aDatasetIsNotReplacedUnasked() {
        write("a.txt", "old");
        TokenDataset old = prepare(p -> p.validation(0).shardTokens(2));
        write("a.txt", "new");
        assertThatThrownBy(() -> prepare(p -> p.validation(0)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("already holds a dataset")
                .hasMessageContaining("--overwrite");
        assertThat(TokenDataset.open(dir.resolve("out")).digest()).isEqualTo(old.digest());
        TokenDataset replaced = prepare(p -> p.validation(0).overwrite(true));
        assertThat(documents(replaced.train())).containsExactly("new");
        assertThat(contents(dir.resolve("out")).keySet())
                .containsExactly("dataset.json", "tokenizer.model", "tokenizer_config.json", "train-00000.tokens");
    }

    @Test
    void whatFailsLeavesNothingBehindAndTheOldDatasetWhole() {
        write("a.jsonl", "{\"text\": \"fine\"}\n{\"text\": \"fine, too\"}\nnot fine\n");
        assertThatThrownBy(() -> prepare(p -> p)).isInstanceOf(UserError.class).hasMessageContaining("line 3");
        assertThat(dir.resolve("out")).doesNotExist();
        write("a.jsonl", "{\"text\": \"fine\"}\n");
        prepare(p -> p.validation(0));
        TreeMap<String, ByteBuffer> before = contents(dir.resolve("out"));
        write("a.jsonl", "{\"text\": \"fine\"}\n{\"text\": 1}\n");
        assertThatThrownBy(() -> prepare(p -> p.overwrite(true))).isInstanceOf(UserError.class);
        assertThat(contents(dir.resolve("out"))).isEqualTo(before);
    }

    @Test
    void anInterruptedPreparationIsNoDatasetAndIsRepeated() throws IOException {
        write("a.txt", "text");
        Path partial = Files.createDirectories(dir.resolve("out/.partial"));
        Files.writeString(partial.resolve("train-00000.tokens"), "half");
        Files.writeString(dir.resolve("out/train-00007.tokens"), "moved already");
        assertThatThrownBy(() -> TokenDataset.open(dir.resolve("out")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("interrupted");
        assertThat(documents(prepare(p -> p.validation(0)).train())).containsExactly("text");
        assertThat(contents(dir.resolve("out")).keySet())
                .containsExactly("dataset.json", "tokenizer.model", "tokenizer_config.json", "train-00000.tokens");
    }

    @Test
    void twoPreparationsDoNotMeetInOneFolder() throws IOException {
        write("a.txt", "text");
        try (PartialDataset first = PartialDataset.begin(dir.resolve("out"), false)) {
            assertThat(first.folder()).exists();
            assertThatThrownBy(() -> prepare(p -> p))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("another `llama prepare`");
        }
        prepare(p -> p);
    }

    @Test
    void anotherTokenizerInTheFolderIsKept() throws IOException {
        write("a.txt", "text");
        Path tokenizer = Files.createDirectories(dir.resolve("out")).resolve("tokenizer.model");
        Files.writeString(tokenizer, "precious");
        assertThatThrownBy(() -> prepare(p -> p.validation(0)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("another tokenizer");
        assertThat(tokenizer).hasContent("precious");
        TokenDataset dataset = prepare(p -> p.validation(0).tokenizerFile(tokenizer));
        assertThat(dataset.tokenizerFile()).hasContent("precious");
    }

    /** A tokenizer that several files describe is kept with all that they say. */
    @Test
    void anyKindOfTokenizerIsKeptWithItsSettings() throws IOException {
        write("a.txt", "the thing in the ring");
        Path model = Files.createDirectories(dir.resolve("model"));
        ByteLevelTokenizer small = SmallByteLevel.tokenizer();
        ByteLevelTokenizer tokenizer = small.with(small.settings()
                .withEosId(small.encodeWithSpecials("<|eot_id|>")[0])
                .withChatTemplate(Optional.of("{{ messages }}")));
        TokenizerFile.write(model, tokenizer, 100);
        for (Path source : List.of(model, model.resolve("tokenizer.json"))) {
            Tokenizer read = TokenizerFile.read(source);
            TokenDataset dataset = prepare(
                    p -> p.validation(0).tokenizer(read).tokenizerFile(source).overwrite(true));
            assertThat(dataset.tokenizerFile().getFileName()).hasToString("tokenizer.json");
            Tokenizer kept = TokenizerFile.read(dataset.tokenizerFile());
            assertThat(kept.settings()).isEqualTo(tokenizer.settings());
            int[] ids = new int[(int) dataset.train().tokens()];
            dataset.train().read(0, ids, 0, ids.length);
            assertThat(ids).startsWith(tokenizer.bosId()).endsWith(tokenizer.eosId());
            assertThat(kept.decode(ids)).isEqualTo("the thing in the ring");
        }
    }

    @Test
    void alteredFilesOfADatasetAreNamed() throws IOException {
        write("a.txt", "some text");
        Path out = dir.resolve("out");
        prepare(p -> p.validation(0.5));
        byte[] manifest = Files.readAllBytes(out.resolve("dataset.json"));

        Files.writeString(out.resolve("tokenizer.model"), "other");
        assertThatThrownBy(() -> TokenDataset.open(out)).hasMessageContaining("tokenizer.model is not the tokenizer");
        TOKENIZER.write(out.resolve("tokenizer.model"));

        Files.writeString(
                out.resolve("dataset.json"),
                new String(manifest, StandardCharsets.UTF_8).replaceFirst("(\"digest\" : \")..", "$100"));
        assertThatThrownBy(() -> TokenDataset.open(out)).hasMessageContaining("dataset.json was altered");
        Files.write(out.resolve("dataset.json"), Arrays.copyOf(manifest, manifest.length - 9));
        assertThatThrownBy(() -> TokenDataset.open(out))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("dataset.json is damaged");
        Files.write(out.resolve("dataset.json"), manifest);

        Files.copy(
                out.resolve("train-00000.tokens"),
                out.resolve("validation-00000.tokens"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> TokenDataset.open(out))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("validation-00000.tokens belongs to another dataset");
        Files.delete(out.resolve("validation-00000.tokens"));
        assertThatThrownBy(() -> TokenDataset.open(out))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("validation-00000.tokens cannot be read");
    }

    @Test
    void aFolderWithoutADatasetIsSaidToBeOne() {
        assertThatThrownBy(() -> TokenDataset.open(dir.resolve("nowhere")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> TokenDataset.open(dir)).hasMessageContaining("is no dataset");
    }

    @Test
    void nothingToTrainOnIsAnError() {
        write("a.jsonl", "{\"text\": \"\"}\n");
        assertThatThrownBy(() -> prepare(p -> p)).hasMessageContaining("every document is empty");
        write("a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n");
        assertThatThrownBy(() -> prepare(p -> p.validation(0.9999999)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("all 2 documents are held out");
        assertThatThrownBy(() -> prepare(p -> p.validation(1)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--validation 1.0");
        assertThat(dir.resolve("out")).doesNotExist();
    }

    @Test
    void progressReachesTheSizeOfTheInput() {
        write("a.txt", "x".repeat(2_000_000));
        write("b.txt", "y".repeat(300_000));
        long[] bytes = {0};
        prepare(p -> p.progress(more -> bytes[0] += more));
        assertThat(bytes[0]).isEqualTo(2_300_000);
    }

    private TokenDataset prepare(UnaryOperator<DatasetPreparationBuilder> options) {
        return prepare(dir.resolve("in"), options);
    }

    private TokenDataset prepare(Path input, UnaryOperator<DatasetPreparationBuilder> options) {
        DatasetPreparationBuilder builder = DatasetPreparation.builder()
                .corpus(TextCorpus.find(List.of(input)))
                .tokenizer(TOKENIZER)
                .threads(2)
                .out(dir.resolve("out"));
        return options.apply(builder).build().run();
    }

    private void write(String name, String text) {
        try {
            Files.createDirectories(dir.resolve("in"));
            Files.writeString(dir.resolve("in").resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void delete(String name) {
        assertThat(dir.resolve("in").resolve(name).toFile().delete()).isTrue();
    }

    private static String lines(List<String> texts) {
        StringBuilder lines = new StringBuilder();
        texts.forEach(text -> lines.append("{\"text\": \"").append(text).append("\"}\n"));
        return lines.toString();
    }

    private static int[] ids(TokenSplit split) {
        int[] ids = new int[Math.toIntExact(split.tokens())];
        split.read(0, ids, 0, ids.length);
        return ids;
    }

    /** The texts between BOS and EOS; everything must be between them. */
    private static List<String> documents(TokenSplit split) {
        int[] ids = ids(split);
        List<String> documents = new ArrayList<>();
        for (int from = 0, to; from < ids.length; from = to + 1) {
            assertThat(ids[from]).isEqualTo(TOKENIZER.bosId());
            for (to = from + 1; ids[to] != TOKENIZER.eosId(); to++) {
                assertThat(ids[to]).isNotEqualTo(TOKENIZER.bosId());
            }
            documents.add(TOKENIZER.decode(Arrays.copyOfRange(ids, from, to)));
        }
        return documents;
    }

    private static TreeMap<String, ByteBuffer> contents(Path folder) {
        TreeMap<String, ByteBuffer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return contents;
    }
}
