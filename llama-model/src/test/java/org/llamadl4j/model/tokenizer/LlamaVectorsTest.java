package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.llamadl4j.model.SharedData;

/** The published texts and ids of LLaMA's own tokenizer. */
class LlamaVectorsTest {

    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

    @TestFactory
    Stream<DynamicTest> everyPublishedTextHasItsIds() throws IOException {
        SentencePieceTokenizer tokenizer = SentencePieceTokenizer.read(SharedData.require("tokenizer/llama.model"));
        String input = Files.readString(SharedData.require("tokenizer/llama.vectors.inp"));
        List<String> expected = Files.readAllLines(SharedData.require("tokenizer/llama.vectors.out"));
        String[] texts = input.split(SEPARATOR, -1);
        return IntStream.range(0, expected.size())
                .mapToObj(i -> DynamicTest.dynamicTest("text " + i, () -> {
                    int[] ids = Stream.of(expected.get(i).trim().split(" +"))
                            .filter(id -> !id.isEmpty())
                            .mapToInt(Integer::parseInt)
                            .toArray();
                    assertThat(tokenizer.encode(texts[i])).isEqualTo(ids);
                    assertThat(tokenizer.decode(ids)).isEqualTo(texts[i]);
                }));
    }

    @Test
    void theModelHasItsPublishedShape() throws IOException {
        SentencePieceTokenizer tokenizer = SentencePieceTokenizer.read(SharedData.require("tokenizer/llama.model"));
        assertThat(tokenizer.vocabSize()).isEqualTo(32_000);
        assertThat(tokenizer.bosId()).isEqualTo(1);
        assertThat(tokenizer.eosId()).isEqualTo(2);
        assertThat(Arrays.asList(tokenizer.piece(0), tokenizer.piece(1), tokenizer.piece(13), tokenizer.piece(31_999)))
                .containsExactly("<unk>", "<s>", "<0x0A>", "给");
    }
}
