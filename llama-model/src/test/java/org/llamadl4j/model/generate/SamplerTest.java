package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llamadl4j.model.error.UserError;

class SamplerTest {

    private static final float[] LOGITS = logits(0.5, 0.3, 0.15, 0.05);

    private static float[] logits(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int id = 0; id < logits.length; id++) {
            logits[id] = (float) (Math.log(probabilities[id]) + 3);
        }
        return logits;
    }

    private static GenerationOptions.GenerationOptionsBuilder options() {
        return GenerationOptions.builder().seed(1);
    }

    /** Relative frequencies of ids. */
    private static double[] frequencies(GenerationOptions options, float[] logits) {
        int draws = 40_000;
        Sampler sampler = new Sampler(options);
        double[] frequencies = new double[logits.length];
        for (int i = 0; i < draws; i++) {
            frequencies[sampler.sample(logits, logits.length)] += 1.0 / draws;
        }
        return frequencies;
    }

    @Test
    void samplesTheModelsDistribution() {
        assertThat(frequencies(options().build(), LOGITS))
                .containsExactly(new double[] {0.5, 0.3, 0.15, 0.05}, within(0.01));
    }

    @Test
    void temperatureSharpensOrFlattens() {
        double[] sharp = {0.25, 0.09, 0.0225, 0.0025};
        double total = Arrays.stream(sharp).sum();
        assertThat(frequencies(options().temperature(0.5).build(), LOGITS))
                .containsExactly(Arrays.stream(sharp).map(p -> p / total).toArray(), within(0.01));
        assertThat(frequencies(options().temperature(1e6).build(), LOGITS))
                .containsExactly(new double[] {0.25, 0.25, 0.25, 0.25}, within(0.01));
    }

    @Test
    void topKKeepsTheLikeliest() {
        assertThat(frequencies(options().topK(2).build(), LOGITS))
                .containsExactly(new double[] {0.625, 0.375, 0, 0}, within(0.01));
        assertThat(frequencies(options().topK(9).build(), LOGITS))
                .containsExactly(new double[] {0.5, 0.3, 0.15, 0.05}, within(0.01));
    }

    @Test
    void topPKeepsTheFewestThatReachIt() {
        assertThat(frequencies(options().topP(0.79).build(), LOGITS))
                .containsExactly(new double[] {0.625, 0.375, 0, 0}, within(0.01));
        assertThat(frequencies(options().topP(0.81).build(), LOGITS))
                .containsExactly(new double[] {0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0}, within(0.01));
        assertThat(frequencies(options().topP(1e-9).build(), LOGITS))
                .containsExactly(new double[] {1, 0, 0, 0}, within(1e-9));
    }

    @Test
    void topPCountsWithinTheTopK() {
        // Of 0.5 and 0.3, the first alone is 0.625 of the whole.
        assertThat(frequencies(options().topK(2).topP(0.6).build(), LOGITS))
                .containsExactly(new double[] {1, 0, 0, 0}, within(1e-9));
    }

    @Test
    void minPKeepsWhatIsNotFarFromTheLikeliest() {
        assertThat(frequencies(options().minP(0.5).build(), LOGITS))
                .containsExactly(new double[] {0.625, 0.375, 0, 0}, within(0.01));
        assertThat(frequencies(options().minP(0.2).build(), LOGITS))
                .containsExactly(new double[] {0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0}, within(0.01));
        assertThat(frequencies(options().minP(1).build(), LOGITS))
                .containsExactly(new double[] {1, 0, 0, 0}, within(1e-9));
    }

    @Test
    void minPLooksAtWhatTheTemperatureMade() {
        // The squares of 0.5 and 0.3 are 1 to 0.36.
        assertThat(frequencies(options().temperature(0.5).minP(0.4).build(), LOGITS))
                .containsExactly(new double[] {1, 0, 0, 0}, within(1e-9));
    }

    @Test
    void minPLeavesOfTopPWhatItWouldLeaveOfAll() {
        assertThat(frequencies(options().topP(0.85).minP(0.5).build(), LOGITS))
                .containsExactly(new double[] {0.625, 0.375, 0, 0}, within(0.01));
        assertThat(frequencies(options().topK(1).minP(0.1).build(), LOGITS))
                .containsExactly(new double[] {1, 0, 0, 0}, within(1e-9));
    }

    @Test
    void temperatureZeroTakesTheLikeliestAndTheFirstOfEquals() {
        Sampler sampler = new Sampler(options().temperature(0).build());
        assertThat(sampler.sample(new float[] {1, 5, 5, 2}, 4)).isEqualTo(1);
        assertThat(sampler.sample(new float[] {-1, -5, -0.5f}, 3)).isEqualTo(2);
    }

    @Test
    void looksOnlyAtTheIdsOfTheVocabulary() {
        Sampler sampler = new Sampler(options().build());
        for (int i = 0; i < 100; i++) {
            assertThat(sampler.sample(new float[] {0, 0, 100, Float.NaN}, 2)).isLessThan(2);
        }
    }

    @Test
    void theSameSeedDrawsTheSame() {
        assertThat(draws(7)).isEqualTo(draws(7)).isNotEqualTo(draws(8));
    }

    private static int[] draws(long seed) {
        Sampler sampler = new Sampler(options().seed(seed).build());
        return IntStream.generate(() -> sampler.sample(LOGITS, 4)).limit(50).toArray();
    }

    @Property(tries = 300)
    void neverDrawsOutsideTopKAndTopP(
            @ForAll @Size(min = 1, max = 30) float[] logits,
            @ForAll @IntRange(max = 35) int topK,
            @ForAll @DoubleRange(min = 0.01, max = 1) double topP,
            @ForAll long seed) {
        Integer[] order = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble((Integer id) -> -logits[id]));
        double[] weights = IntStream.range(0, logits.length)
                .mapToDouble(id -> Math.exp(logits[id] - (double) logits[order[0]]))
                .toArray();
        int most = topK == 0 ? order.length : Math.min(topK, order.length);
        double total =
                Arrays.stream(order).limit(most).mapToDouble(id -> weights[id]).sum();
        double sum = 0;
        int kept = 0;
        while (kept < most && sum < (topP + 1e-9) * total) {
            sum += weights[order[kept++]];
        }
        float least = logits[order[kept - 1]];
        Set<Integer> allowed = IntStream.range(0, logits.length)
                .filter(id -> logits[id] >= least)
                .boxed()
                .collect(Collectors.toSet());
        Sampler sampler = new Sampler(options().topK(topK).topP(topP).seed(seed).build());
        for (int i = 0; i < 20; i++) {
            assertThat(allowed).contains(sampler.sample(logits, logits.length));
        }
    }

    @Test
    void refusesLogitsThatAreNoNumbers() {
        Sampler sampler = new Sampler(options().build());
        assertThatThrownBy(() -> sampler.sample(new float[] {0, Float.NaN}, 2))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not a number");
        assertThatThrownBy(() -> sampler.sample(new float[] {0, Float.POSITIVE_INFINITY}, 2))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("infinite");
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 1, 0, 1, 0, 1, max-new-tokens",
        "1, -0.1, 0, 1, 0, 1, temperature",
        "1, NaN, 0, 1, 0, 1, temperature",
        "1, Infinity, 0, 1, 0, 1, temperature",
        "1, 1, -1, 1, 0, 1, top-k",
        "1, 1, 0, 0, 0, 1, top-p",
        "1, 1, 0, 1.1, 0, 1, top-p",
        "1, 1, 0, NaN, 0, 1, top-p",
        "1, 1, 0, 1, -0.1, 1, min-p",
        "1, 1, 0, 1, 1.1, 1, min-p",
        "1, 1, 0, 1, NaN, 1, min-p",
        "1, 1, 0, 1, 0, 0, repetition-penalty",
        "1, 1, 0, 1, 0, NaN, repetition-penalty",
        "1, 1, 0, 1, 0, Infinity, repetition-penalty"
    })
    void refusesOptionsOutOfRange(
            int maxNewTokens,
            double temperature,
            int topK,
            double topP,
            double minP,
            double repetitionPenalty,
            String name) {
        assertThatThrownBy(() -> new GenerationOptions(
                        maxNewTokens, temperature, topK, topP, minP, repetitionPenalty, List.of(), 0))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.getExitStatus()).isEqualTo(2))
                .hasMessageStartingWith(name);
    }

    @Test
    void refusesAnEmptyStopString() {
        assertThatThrownBy(() -> options().stopString("").build())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("empty stop string");
    }
}
