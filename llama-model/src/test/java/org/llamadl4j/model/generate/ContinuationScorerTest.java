package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LogitsPass;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

/** Scores, against the whole text computed anew for each token. */
class ContinuationScorerTest {

    private static final Kernels KERNELS = CpuKernels.create(2);
    private static final LlamaModel MODEL = TinyModel.of(400, KERNELS);
    private static final ContinuationScorer SCORER = new ContinuationScorer(MODEL, 3);

    private final LogitsPass recomputation = new LogitsPass(MODEL.weights(), KERNELS);

    private static int[] random(Random random, int length) {
        return random.ints(length, 0, MODEL.config().vocabSize()).toArray();
    }

    private void assertScore(ContinuationScore score, int[] prefix, int[] continuation) {
        int[] text = TinyModel.joined(prefix, continuation);
        boolean greedy = true;
        double sum = 0;
        assertThat(score.logProbabilities()).hasSameSizeAs(continuation);
        for (int i = 0; i < continuation.length; i++) {
            float[] logits = recomputation.run(text, prefix.length + i);
            double total = 0;
            float highest = Float.NEGATIVE_INFINITY;
            for (float logit : logits) {
                total += Math.exp(logit);
                highest = Math.max(highest, logit);
            }
            double expected = logits[continuation[i]] - Math.log(total);
            assertThat(score.logProbabilities()[i]).isCloseTo(expected, within(1e-3));
            sum += expected;
            greedy &= logits[continuation[i]] == highest;
        }
        assertThat(score.logProbability()).isCloseTo(sum, within(1e-3 * Math.max(1, continuation.length)));
        assertThat(score.greedy()).isEqualTo(greedy);
    }

    /** One scorer for all, so that each prefix meets what earlier ones left in its cache. */
    @Property(tries = 30)
    void scoresAsRecomputationDoes(
            @ForAll @IntRange(min = 1, max = 60) int length,
            @ForAll @IntRange(min = 0, max = 7) int count,
            @ForAll Random random) {
        int[] prefix = TinyModel.joined(new int[length / 2], random(random, length - length / 2));
        List<int[]> continuations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            continuations.add(random(random, random.nextInt(6)));
        }
        List<ContinuationScore> scores = SCORER.score(prefix, continuations);
        assertThat(scores).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertScore(scores.get(i), prefix, continuations.get(i));
        }
    }

    @Test
    void greedyTextIsGreedy() {
        int[] prefix = {1, 50, 60};
        Session session = new Session(MODEL);
        session.append(prefix);
        int[] text = TinyModel.ids(session.generate(GenerationOptions.builder()
                        .temperature(0)
                        .maxNewTokens(8)
                        .build())
                .complete());
        int[] other = text.clone();
        other[text.length - 1] = (other[text.length - 1] + 1) % MODEL.config().vocabSize();
        List<ContinuationScore> scores = SCORER.score(prefix, List.of(text, other));
        assertThat(scores.get(0).greedy()).isTrue();
        assertThat(scores.get(1).greedy()).isFalse();
        assertThat(scores.get(0).logProbability()).isGreaterThan(scores.get(1).logProbability());
    }

    /** Longer than a pass, both of them. */
    @Test
    void scoresLongTexts() {
        Random random = new Random(6);
        int[] prefix = random(random, 70);
        List<int[]> continuations = List.of(random(random, 300), random(random, 290), new int[0]);
        List<ContinuationScore> scores = SCORER.score(prefix, continuations);
        for (int i = 0; i < 3; i++) {
            assertScore(scores.get(i), prefix, continuations.get(i));
        }
        assertThat(scores.get(2).logProbability()).isZero();
        assertThat(scores.get(2).greedy()).isTrue();
    }

    @Test
    void refusesWhatIsLongerThanTheContext() {
        assertThat(SCORER.score(new int[399], List.of(new int[1]))).hasSize(1);
        assertThatThrownBy(() -> SCORER.score(new int[398], List.of(new int[1], new int[3])))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("398 tokens", "of 3", "context of 400");
        assertThatThrownBy(() -> SCORER.score(new int[0], List.of(new int[1])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
