package org.llamadl4j.eval.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LogitsPass;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.text.DocumentReader;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.ByteTokenizer;

class PerplexityTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(16)
            .layers(2)
            .heads(4)
            .kvHeads(2)
            .hiddenDim(24)
            .vocabSize(TOKENIZER.vocabSize())
            .contextLength(40)
            .normEps(1e-5)
            .ropeTheta(10000)
            .build();

    @TempDir
    Path folder;

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    /** Weights large enough that a token's loss depends on what came before. */
    private static LlamaModel model() {
        LlamaWeights weights = LlamaWeights.initialise(CONFIG, 1, KERNELS);
        Random random = new Random(2);
        for (String name : weights.names()) {
            float[] values = new float[(int) weights.get(name).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian() * 0.4f;
            }
            KERNELS.write(values, 0, weights.get(name).buffer(), 0, values.length);
        }
        return new LlamaModel(CONFIG, weights, TOKENIZER, KERNELS);
    }

    private TextScore score(LlamaModel model, int stride, String... documents) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String document : documents) {
            files.add(Files.writeString(folder.resolve(files.size() + ".txt"), document));
        }
        try (DocumentReader reader = TextCorpus.find(files).open(false)) {
            return new Perplexity(model, stride).score(reader, bytes -> {});
        }
    }

    /** -ln softmax(logits)[target] in float64. */
    private static double loss(float[] logits, int target) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        return Math.log(sum) - logits[target];
    }

    @Test
    void ofAModelThatKnowsNothingIsTheSizeOfItsVocabulary() throws IOException {
        LlamaModel model = new LlamaModel(CONFIG, LlamaWeights.zeros(CONFIG, KERNELS), TOKENIZER, KERNELS);
        TextScore score = score(model, 40, "abc", "größe€😀", "x".repeat(500));
        assertThat(score.documents()).isEqualTo(3);
        assertThat(score.bytes()).isEqualTo(3 + 14 + 500);
        assertThat(score.tokens()).isEqualTo(score.bytes() + 3);
        assertThat(score.perplexity()).isCloseTo(TOKENIZER.vocabSize(), within(1e-3));
        assertThat(score.natsPerToken()).isCloseTo(Math.log(259), within(1e-6));
        assertThat(score.natsPerByte()).isCloseTo(Math.log(259) * 520 / 517, within(1e-5));
        assertThat(score.bitsPerByte()).isCloseTo(score.natsPerByte() / 0.693147180559945, within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 13, 1})
    void isWhatTheLogitsSay(int stride) throws IOException {
        LlamaModel model = model();
        String[] documents = {"The cat sat on the mat.", "a", "Once upon a time, ".repeat(6)};
        LogitsPass pass = new LogitsPass(model.weights(), KERNELS);
        double expected = 0;
        for (String document : documents) {
            int[] text = TOKENIZER.encode(document);
            int[] tokens = new int[text.length + 2];
            tokens[0] = TOKENIZER.bosId();
            System.arraycopy(text, 0, tokens, 1, text.length);
            tokens[text.length + 1] = TOKENIZER.eosId();
            for (int target = 1; target < tokens.length; target++) {
                int window = target <= 40 ? 0 : (target - 40 + stride - 1) / stride * stride;
                int[] before = Arrays.copyOfRange(tokens, window, target);
                expected += loss(pass.run(before, before.length), tokens[target]);
            }
        }
        TextScore score = score(model, stride, documents);
        assertThat(score.nats()).isCloseTo(expected, within(expected * 1e-5));
        assertThat(score.tokens()).isEqualTo(23 + 1 + 108 + 3);
    }

    @Test
    void doesNotDependOnHowDocumentsShareBatches() throws IOException {
        LlamaModel model = model();
        String[] documents = new String[150];
        double apart = 0;
        for (int i = 0; i < documents.length; i++) {
            documents[i] = "word ".repeat(i % 13 + 1);
        }
        for (int i = 0; i < 13; i++) {
            int times = 0;
            for (int j = i; j < documents.length; j += 13) {
                times++;
            }
            apart += times * score(model, 40, documents[i]).nats();
        }
        assertThat(score(model, 40, documents).nats()).isCloseTo(apart, within(apart * 1e-5));
    }

    @Test
    void refusesAStrideThatSkipsTokens() {
        for (int stride : new int[] {0, 41}) {
            assertThatThrownBy(() -> score(model(), stride, "text"))
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll("stride", "40", Integer.toString(stride));
        }
    }

    @Test
    void noticesBrokenWeights() {
        LlamaModel model = model();
        KERNELS.fill(model.weights().get(LlamaWeights.NORM), Float.NaN);
        assertThatThrownBy(() -> score(model, 40, "text"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not a number");
    }
}
