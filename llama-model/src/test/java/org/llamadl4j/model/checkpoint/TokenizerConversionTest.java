package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.ByteLevelTokenizer;
import org.llamadl4j.model.tokenizer.ByteLevelVocabulary;
import org.llamadl4j.model.tokenizer.Piece;
import org.llamadl4j.model.tokenizer.PieceType;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.SmallByteLevel;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.model.tokenizer.TokenizerJsonFiles;
import org.llamadl4j.model.tokenizer.Vocabulary;

/** Tokenizers of every kind on their way between folders and GGUF files. */
class TokenizerConversionTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(16)
            .layers(1)
            .heads(2)
            .kvHeads(1)
            .hiddenDim(24)
            .vocabSize(400)
            .contextLength(32)
            .normEps(1e-5)
            .ropeTheta(500000)
            .build();

    private static final String TEMPLATE = "{% for message in messages %}{{ message['content'] }}ä\n{% endfor %}";

    private static final SentencePieceTokenizer SENTENCE_PIECE = BpeTrainer.builder()
            .vocabSize(290)
            .build()
            .train(List.of("the cat sat on the mat, the cat ate the rat, größer"));

    private static final String TEXT = "the  cat größer 中\n<|eot_id|><s> 123";

    @TempDir
    Path folder;

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    private LlamaModel model(Tokenizer tokenizer) {
        return new LlamaModel(CONFIG, LlamaWeights.initialise(CONFIG, 5, KERNELS), tokenizer, KERNELS);
    }

    private static Tokenizer convert(Path from, Path to) throws IOException {
        ModelFormat format = to.toString().endsWith(".gguf") ? ModelFormat.GGUF : ModelFormat.HF;
        try (Conversion conversion = Conversion.open(from, to, format, Optional.empty())) {
            conversion.run(bytes -> {});
        }
        return ModelReader.read(to, KERNELS).tokenizer();
    }

    private void assertComesBack(Tokenizer tokenizer) throws IOException {
        Path hf = folder.resolve("hf");
        HuggingFaceFolder.write(hf, model(tokenizer));
        Tokenizer inGguf = convert(hf, folder.resolve("model.gguf"));
        assertThat(inGguf.settings()).isEqualTo(tokenizer.settings());
        assertThat(inGguf.encode(TEXT)).isEqualTo(tokenizer.encode(TEXT));
        assertThat(inGguf.encodeWithSpecials(TEXT)).isEqualTo(tokenizer.encodeWithSpecials(TEXT));
        convert(folder.resolve("model.gguf"), folder.resolve("back"));
        try (Stream<Path> files = Files.list(hf)) {
            for (Path file : files.toList()) {
                assertThat(folder.resolve("back").resolve(file.getFileName())).hasSameBinaryContentAs(file);
            }
        }
    }

    @Test
    void byteLevelBpeComesBackToTheByte() throws IOException {
        ByteLevelTokenizer tokenizer = SmallByteLevel.tokenizer();
        assertComesBack(tokenizer.with(
                tokenizer.settings().withChatTemplate(Optional.of(TEMPLATE)).withAddsBos(false)));
        assertThat(folder.resolve("back/tokenizer.json")).exists();
        assertThat(folder.resolve("back/tokenizer.model")).doesNotExist();
    }

    @Test
    void sentencePieceComesBackWithItsChatTemplate() throws IOException {
        assertComesBack(SENTENCE_PIECE.with(SENTENCE_PIECE
                .settings()
                .withChatTemplate(Optional.of(TEMPLATE))
                .withAddsBos(false)));
    }

    /** A base model ends its texts with fewer tokens than its vocabulary has for that. */
    @Test
    void aModelThatEndsItsTextsInFewerWaysThanItsVocabularyAllows() throws IOException {
        Tokenizer tokenizer = SmallByteLevel.tokenizer();
        assertThat(tokenizer.eosIds()).hasSize(2);
        Path hf = folder.resolve("hf");
        LlamaModel model = model(tokenizer);
        HuggingFaceFolder.write(
                hf,
                new LlamaModel(CONFIG, model.weights(), tokenizer, KERNELS, new TreeSet<>(Set.of(tokenizer.eosId()))));
        assertThat(ModelReader.read(hf, KERNELS).endIds()).containsExactly(tokenizer.eosId());
        convert(hf, folder.resolve("model.gguf"));
        assertThat(ModelReader.read(folder.resolve("model.gguf"), KERNELS).endIds())
                .containsExactly(tokenizer.eosId());
    }

    private Path folderWithJsonOnly(ObjectNode json) throws IOException {
        Path hf = folder.resolve("hf");
        HuggingFaceFolder.write(hf, model(SENTENCE_PIECE));
        Files.delete(hf.resolve("tokenizer.model"));
        TokenizerJsonFiles.write(hf.resolve("tokenizer.json"), json);
        return hf;
    }

    private static ObjectNode sentencePieceJson(Consumer<List<String>> change) {
        List<Piece> pieces = SENTENCE_PIECE.vocabulary().pieces();
        List<String> merges = new ArrayList<>(TokenizerJsonFiles.mergesOfScores(pieces, false));
        change.accept(merges);
        return TokenizerJsonFiles.sentencePiece(pieces, merges);
    }

    @Test
    void aSentencePieceJsonWithoutItsModelKeepsItsKindBetweenFolders() throws IOException {
        Path hf = folderWithJsonOnly(sentencePieceJson(Collections::reverse));
        Tokenizer before = ModelReader.read(hf, KERNELS).tokenizer();
        Tokenizer after = convert(hf, folder.resolve("copy"));
        assertThat(folder.resolve("copy/tokenizer.json")).exists();
        assertThat(folder.resolve("copy/tokenizer.model")).doesNotExist();
        assertThat(after.encode(TEXT)).isEqualTo(before.encode(TEXT));
    }

    @Test
    void aSentencePieceJsonWithoutItsModelGoesIntoGgufByScores() throws IOException {
        Path hf = folderWithJsonOnly(sentencePieceJson(merges -> {}));
        Tokenizer inGguf = convert(hf, folder.resolve("model.gguf"));
        assertThat(inGguf.encode(TEXT)).isEqualTo(SENTENCE_PIECE.encode(TEXT));
    }

    @Test
    void mergesThatNoScoresGiveAreRefusedByGguf() throws IOException {
        Path hf = folderWithJsonOnly(sentencePieceJson(merges -> merges.remove(0)));
        assertRefusedByGguf(hf, "merges");
    }

    @Test
    void mergingWordsThatAreTokensIsRefusedByGguf() throws IOException {
        ByteLevelVocabulary vocabulary = SmallByteLevel.vocabulary();
        ByteLevelTokenizer tokenizer =
                ByteLevelTokenizer.of(folder, new ByteLevelVocabulary(vocabulary.pieces(), vocabulary.merges(), false));
        Path hf = folder.resolve("hf");
        HuggingFaceFolder.write(hf, model(tokenizer));
        assertRefusedByGguf(hf, "ignore_merges");
    }

    private void assertRefusedByGguf(Path hf, String message) throws IOException {
        assertThatThrownBy(() -> convert(hf, folder.resolve("model.gguf")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(hf);
        }
    }

    /** Spaces of user-defined tokens are spaces in GGUF files, U+2581 in a SentencePiece model. */
    @Test
    void userDefinedTokensHaveSpacesInGguf() throws IOException {
        List<Piece> pieces = new ArrayList<>(SENTENCE_PIECE.vocabulary().pieces());
        pieces.add(new Piece("[a\u2581b]", 0, PieceType.USER_DEFINED));
        SentencePieceTokenizer tokenizer =
                SentencePieceTokenizer.of(folder, new Vocabulary(pieces, 0, 1, 2, true, false));
        Path hf = folder.resolve("hf");
        HuggingFaceFolder.write(hf, model(tokenizer));
        Path gguf = folder.resolve("model.gguf");
        assertThat(convert(hf, gguf).encode("the[a b]"))
                .isEqualTo(tokenizer.encode("the[a b]"))
                .contains(290);
        try (GgufFile file = GgufFile.open(gguf)) {
            assertThat(file.header().metadata().list("tokenizer.ggml.tokens", String.class))
                    .contains("[a b]", "[PAD291]")
                    .hasSize(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.ggml.pre", "tokenizer.ggml.merges", "tokenizer.ggml.bos_token_id"})
    void whatAByteLevelVocabularyLacksIsNamed(String key) throws IOException {
        GgufBytes file = GgufBytes.byteLevelLlama();
        file.metadata.remove(key);
        assertRefused(file, "lacks the metadata key " + key);
    }

    @Test
    void whatIsWrongInAByteLevelVocabularyIsNamed() throws IOException {
        assertRefused(with("tokenizer.ggml.pre", GgufBytes.string("gpt-4o")), "tokenizer.ggml.pre is gpt-4o");
        assertRefused(
                with("tokenizer.ggml.eos_token_id", GgufBytes.uint32(9999)), "tokenizer.ggml.eos_token_id is 9999");
        assertRefused(with("tokenizer.ggml.merges", GgufBytes.strings(List.of("t"))), "merge 0");
        assertRefused(
                with("tokenizer.ggml.merges", GgufBytes.strings(List.of("t unknown"))), "no token of the vocabulary");
        assertRefused(with("tokenizer.ggml.token_type", GgufBytes.array(5, List.of())), "0 types of tokens");
    }

    private static GgufBytes with(String key, byte[] value) {
        GgufBytes file = GgufBytes.byteLevelLlama();
        file.metadata.put(key, value);
        return file;
    }

    @Test
    void aByteLevelVocabularyFromElsewhereIsRead() throws IOException {
        Path path = Files.write(
                folder.resolve("model.gguf"), GgufBytes.byteLevelLlama().toBytes());
        Tokenizer tokenizer = ModelReader.read(path, KERNELS).tokenizer();
        assertThat(tokenizer.decode(tokenizer.encode(TEXT))).isEqualTo(TEXT);
        assertThat(tokenizer.encodeWithSpecials("<|begin_of_text|><|eot_id|>")).containsExactly(257, 259);
        assertThat(tokenizer.encode(tokenizer.decode(new int[] {256}))).containsExactly(256);
        assertThat(tokenizer.chatTemplate()).contains(GgufBytes.CHAT_TEMPLATE);
        assertThat(tokenizer.addsBos()).isTrue();
        assertThat(ModelReader.read(path, KERNELS).endIds()).containsExactly(258, 259);
    }

    private void assertRefused(GgufBytes file, String message) throws IOException {
        Path path = Files.write(folder.resolve("wrong.gguf"), file.toBytes());
        assertThatThrownBy(() -> ModelReader.read(path, KERNELS))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(path.toString(), message);
    }
}
