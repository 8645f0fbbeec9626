package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.SharedData;

/** The published texts and ids of Llama 3's tokenizer, through each format that may hold it. */
class Llama3VectorsTest {

    @TempDir
    static Path folder;

    private static Tokenizer tiktoken() throws IOException {
        return TokenizerFile.read(SharedData.require("tokenizer/llama3.tiktoken"));
    }

    /** A file of the shape of the published one, whose merges follow from the ranks. */
    private static ObjectNode json(Tokenizer tiktoken) {
        List<String> tokens = new ArrayList<>();
        IntStream.range(0, 128_000).forEach(id -> tokens.add(tiktoken.piece(id)));
        List<String> special =
                IntStream.range(128_000, 128_256).mapToObj(tiktoken::piece).toList();
        return TokenizerJsonFiles.byteLevel(tokens, TokenizerJsonFiles.mergesOfRanks(tokens), special);
    }

    @TestFactory
    Stream<DynamicTest> theTiktokenFile() throws IOException {
        return LlamaVectors.tests("llama3", tiktoken());
    }

    @TestFactory
    Stream<DynamicTest> aTokenizerJsonWithEitherSpellingOfMerges() throws IOException {
        ObjectNode json = json(tiktoken());
        Path file = TokenizerJsonFiles.write(folder.resolve("strings.json"), json);
        TokenizerJsonFiles.makePairsOfMerges(json);
        Path pairs = TokenizerJsonFiles.write(folder.resolve("pairs.json"), json);
        return Stream.concat(
                LlamaVectors.tests("llama3", TokenizerFile.read(file)),
                LlamaVectors.tests("llama3", TokenizerFile.read(pairs)));
    }

    @TestFactory
    Stream<DynamicTest> aTokenizerJsonWrittenHere() throws IOException {
        Path file = folder.resolve("written.json");
        tiktoken().write(file);
        return LlamaVectors.tests("llama3", TokenizerFile.read(file));
    }

    @Test
    void theVocabularyHasItsPublishedShape() throws IOException {
        Tokenizer tokenizer = tiktoken();
        assertThat(tokenizer.vocabSize()).isEqualTo(128_256);
        assertThat(tokenizer.bosId()).isEqualTo(128_000);
        assertThat(tokenizer.eosId()).isEqualTo(128_001);
        assertThat(tokenizer.eosIds()).containsExactly(128_001, 128_008, 128_009);
        assertThat(tokenizer.addsBos()).isTrue();
        assertThat(tokenizer.piece(128_006)).isEqualTo("<|start_header_id|>");
        assertThat(tokenizer.piece(128_009)).isEqualTo("<|eot_id|>");
        assertThat(tokenizer.piece(128_255)).isEqualTo("<|reserved_special_token_247|>");
        assertThat(tokenizer.encodeWithSpecials("<|begin_of_text|>Hi<|eot_id|>"))
                .containsExactly(128_000, 13_347, 128_009);
        assertThat(tokenizer.encode("<|eot_id|>")).doesNotContain(128_009);
    }

    /** Their number and the first three are those of the published file. */
    @Test
    void mergesThatFollowFromRanksAreThoseOfThePublishedFile() throws IOException {
        ByteLevelTokenizer tokenizer = (ByteLevelTokenizer) tiktoken();
        List<String> merges = tokenizer.vocabulary().merges();
        assertThat(merges).hasSize(280_147).startsWith("Ġ Ġ", "Ġ ĠĠĠ", "ĠĠ ĠĠ");
        assertThat(merges)
                .isEqualTo(TokenizerJsonFiles.mergesOfRanks(
                        IntStream.range(0, 128_000).mapToObj(tokenizer::piece).toList()));
    }
}
