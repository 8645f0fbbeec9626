package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.model.tokenizer.TokenizerSettings;

class PromptTest {

    private static final SentencePieceTokenizer TOKENIZER =
            BpeTrainer.builder().vocabSize(280).build().train(List.of("the cat sat on the mat"));

    private static final SentencePieceTokenizer WITHOUT_BOS = TOKENIZER.with(new TokenizerSettings(
            TOKENIZER.bosId(), TOKENIZER.eosId(), Set.of(TOKENIZER.eosId()), false, Optional.empty()));

    @Test
    void beginsWithBos() {
        int[] tokens = tokens(TOKENIZER, "the cat");
        assertThat(tokens[0]).isEqualTo(TOKENIZER.bosId());
        assertThat(tokens).endsWith(TOKENIZER.encode("the cat")).hasSize(1 + TOKENIZER.encode("the cat").length);
    }

    @Test
    void hasNoBosWhereTheTokenizerPutsNone() {
        assertThat(tokens(WITHOUT_BOS, "the cat")).isEqualTo(TOKENIZER.encode("the cat"));
    }

    @Test
    void isNeverWithoutAToken() {
        assertThat(tokens(TOKENIZER, "")).containsExactly(TOKENIZER.bosId());
        assertThat(tokens(WITHOUT_BOS, "")).containsExactly(TOKENIZER.bosId());
    }

    private static int[] tokens(Tokenizer tokenizer, String text) {
        LlamaConfig config = TinyModel.config(16).withVocabSize(tokenizer.vocabSize());
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaModel model = new LlamaModel(config, LlamaWeights.initialise(config, 1, kernels), tokenizer, kernels);
            return Prompt.of(model, text, GenerationOptions.builder().build()).tokens();
        }
    }
}
