package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.llamadl4j.model.SharedData;

/** The published texts and ids of LLaMA's own tokenizer. */
class LlamaVectorsTest {

    @TestFactory
    Stream<DynamicTest> everyPublishedTextHasItsIds() throws IOException {
        return LlamaVectors.tests("llama", SentencePieceTokenizer.read(SharedData.require("tokenizer/llama.model")));
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
