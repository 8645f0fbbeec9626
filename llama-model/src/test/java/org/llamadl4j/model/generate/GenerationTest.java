package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LogitsPass;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.ByteTokenizer;

class GenerationTest {

    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();

    private static final GenerationOptions GREEDY =
            GenerationOptions.builder().temperature(0).maxNewTokens(100).build();

    /** A model that says {@code text} and then ends, whatever the prompt of {@code promptLength} tokens. */
    private static Generation.NextToken saying(int[] text, int promptLength) {
        return (tokens, length) -> {
            float[] logits = new float[TOKENIZER.vocabSize() + 10];
            int place = length - promptLength;
            logits[place < text.length ? text[place] : TOKENIZER.eosId()] = 9;
            return logits;
        };
    }

    private static Generation generation(String says, int context, GenerationOptions options) {
        int[] prompt = {TOKENIZER.bosId(), 70};
        Set<Integer> endIds = Set.of(TOKENIZER.eosId(), TOKENIZER.encode("!")[0]);
        return new Generation(saying(TOKENIZER.encode(says), 2), TOKENIZER, endIds, context, prompt, options);
    }

    @Test
    void endsWhereTheModelEnds() {
        Generation generation = generation("Hello", 50, GREEDY);
        assertThat(generation.stopReason()).isEmpty();
        assertThat(generation.remaining()).isEqualTo("Hello");
        assertThat(generation.stopReason()).contains(StopReason.END_OF_TEXT);
        assertThat(generation.promptTokens()).isEqualTo(2);
        assertThat(generation.newTokens()).containsExactly(TOKENIZER.encode("Hello"));
        assertThat(generation.hasNext()).isFalse();
        assertThatThrownBy(generation::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void endsAtAnyTokenThatEndsATextOfTheModel() {
        Generation generation = generation("Hello! Bye", 50, GREEDY);
        assertThat(generation.remaining()).isEqualTo("Hello");
        assertThat(generation.stopReason()).contains(StopReason.END_OF_TEXT);
    }

    @Test
    void endsAtTheLengthThatWasAskedFor() {
        Generation generation =
                generation("Hello", 50, GREEDY.toBuilder().maxNewTokens(3).build());
        assertThat(generation.remaining()).isEqualTo("Hel");
        assertThat(generation.stopReason()).contains(StopReason.LENGTH);
        Generation none =
                generation("Hello", 50, GREEDY.toBuilder().maxNewTokens(0).build());
        assertThat(none.remaining()).isEmpty();
        assertThat(none.stopReason()).contains(StopReason.LENGTH);
    }

    @Test
    void endsAtTheContext() {
        Generation generation = generation("Hello", 6, GREEDY);
        assertThat(generation.remaining()).isEqualTo("Hell");
        assertThat(generation.stopReason()).contains(StopReason.CONTEXT);
    }

    @Test
    void givesPiecesAsTheyComeAndWholeCharacters() {
        List<String> pieces = new ArrayList<>();
        generation("aéz", 50, GREEDY).forEachRemaining(pieces::add);
        assertThat(pieces).containsExactly("a", "é", "z");
    }

    @Test
    void endsWithAReplacementForHalfACharacter() {
        Generation generation =
                generation("é", 50, GREEDY.toBuilder().maxNewTokens(1).build());
        assertThat(generation.remaining()).isEqualTo("\ufffd");
    }

    private static LlamaModel model(Kernels kernels) {
        LlamaConfig config = LlamaConfig.builder()
                .dim(16)
                .layers(2)
                .heads(4)
                .kvHeads(2)
                .hiddenDim(24)
                .vocabSize(TOKENIZER.vocabSize())
                .contextLength(24)
                .normEps(1e-5)
                .ropeTheta(10000)
                .build();
        return new LlamaModel(config, LlamaWeights.initialise(config, 3, kernels), TOKENIZER, kernels);
    }

    @Test
    void takesTheLikeliestTokenOfTheModelEachTime() {
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaModel model = model(kernels);
            Generation generation = new Generator(model).start("ab", GREEDY);
            generation.remaining();
            int[] generated = generation.newTokens();
            assertThat(generated).isNotEmpty();

            LogitsPass pass = new LogitsPass(model.weights(), kernels);
            int[] tokens = new int[3 + generated.length];
            tokens[0] = TOKENIZER.bosId();
            System.arraycopy(TOKENIZER.encode("ab"), 0, tokens, 1, 2);
            for (int i = 0; i < generated.length; i++) {
                float[] logits = pass.run(Arrays.copyOf(tokens, 3 + i), 3 + i);
                for (float logit : logits) {
                    assertThat(logits[generated[i]]).isGreaterThanOrEqualTo(logit);
                }
                tokens[3 + i] = generated[i];
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameText() {
        try (Kernels kernels = CpuKernels.create(1)) {
            Generator generator = new Generator(model(kernels));
            GenerationOptions options = GenerationOptions.builder().seed(4).build();
            String text = generator.complete("x", options);
            assertThat(generator.complete("x", options)).isEqualTo(text);
            assertThat(generator.complete("x", options.toBuilder().seed(5).build()))
                    .isNotEqualTo(text);
        }
    }

    @Test
    void refusesAPromptThatFillsTheContext() {
        try (Kernels kernels = CpuKernels.create(1)) {
            Generator generator = new Generator(model(kernels));
            assertThat(generator.start("x".repeat(22), GREEDY).promptTokens()).isEqualTo(23);
            assertThatThrownBy(() -> generator.start("x".repeat(23), GREEDY))
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll("24 tokens", "context of 24");
        }
    }

    @Test
    void beginsFromNothing() {
        try (Kernels kernels = CpuKernels.create(1)) {
            Generation generation = new Generator(model(kernels)).start("", GREEDY);
            assertThat(generation.promptTokens()).isEqualTo(1);
            generation.remaining();
            assertThat(generation.newTokens()).isNotEmpty();
        }
    }
}
