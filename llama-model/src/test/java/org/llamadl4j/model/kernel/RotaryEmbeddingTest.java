package org.llamadl4j.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RotaryEmbeddingTest {

    @Test
    void hasTheFrequenciesOfThePaper() {
        RotaryEmbedding rotary = RotaryEmbedding.of(4, 10_000, RotaryPairs.ADJACENT);
        assertThat(rotary.frequencies()).containsExactly(1, 0.01);
        assertThat(rotary.headDim()).isEqualTo(4);
    }

    @Test
    void isAValue() {
        double[] frequencies = {1, 0.5};
        RotaryEmbedding rotary = new RotaryEmbedding(frequencies, RotaryPairs.HALVES);
        frequencies[0] = 2;
        rotary.frequencies()[1] = 2;
        assertThat(rotary)
                .isEqualTo(new RotaryEmbedding(new double[] {1, 0.5}, RotaryPairs.HALVES))
                .hasSameHashCodeAs(new RotaryEmbedding(new double[] {1, 0.5}, RotaryPairs.HALVES))
                .isNotEqualTo(new RotaryEmbedding(new double[] {1, 0.5}, RotaryPairs.ADJACENT))
                .isNotEqualTo(new RotaryEmbedding(new double[] {1, 0.25}, RotaryPairs.HALVES));
    }

    @Test
    void refusesOddHeads() {
        assertThatThrownBy(() -> RotaryEmbedding.of(3, 10_000, RotaryPairs.ADJACENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the size of a head must be even, not 3");
    }
}
