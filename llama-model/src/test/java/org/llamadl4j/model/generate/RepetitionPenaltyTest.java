package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RepetitionPenaltyTest {

    @Test
    void tokensThatOccurredBecomeLessLikelyOnce() {
        RepetitionPenalty penalty = new RepetitionPenalty(2);
        penalty.append(0);
        penalty.append(1);
        penalty.append(1);
        penalty.append(9);
        float[] logits = {4, -3, 4, -3};
        assertThat(penalty.apply(logits)).containsExactly(2, -6, 4, -3);
        assertThat(logits).containsExactly(4, -3, 4, -3);
        penalty.append(3);
        assertThat(penalty.apply(logits)).containsExactly(2, -6, 4, -6);
    }

    @Test
    void oneLeavesEverythingAsItIs() {
        RepetitionPenalty penalty = new RepetitionPenalty(1);
        penalty.append(0);
        float[] logits = {4, -3};
        assertThat(penalty.apply(logits)).isSameAs(logits);
    }
}
