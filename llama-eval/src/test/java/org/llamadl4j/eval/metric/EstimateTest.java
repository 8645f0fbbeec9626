package org.llamadl4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EstimateTest {

    @Test
    void theErrorOfAShareIsBinomial() {
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            values.add(i < 30 ? 1.0 : 0.0);
        }
        Estimate estimate = Estimate.mean(values);
        assertThat(estimate.value()).isCloseTo(0.3, within(1e-15));
        assertThat(estimate.standardError().getAsDouble()).isCloseTo(Math.sqrt(0.3 * 0.7 / 99), within(1e-15));
        assertThat(estimate.count()).isEqualTo(100);
    }

    @Test
    void theErrorOfAMeanIsThatOfTheSample() {
        // s² = ((1-3)² + (2-3)² + (6-3)²) / 2 = 7
        Estimate estimate = Estimate.mean(List.of(1.0, 2.0, 6.0));
        assertThat(estimate.value()).isEqualTo(3);
        assertThat(estimate.standardError().getAsDouble()).isCloseTo(Math.sqrt(7 / 3.0), within(1e-15));
        assertThat(Estimate.mean(List.of(2.0)).standardError()).isEmpty();
    }

    @Test
    void groupsPoolTheVarianceInsideTheirParts() {
        Estimate a = Estimate.mean(List.of(1.0, 2.0, 6.0));
        Estimate b = Estimate.mean(List.of(0.0, 1.0));
        Estimate group = Estimate.pooled(List.of(a, b));
        assertThat(group.value()).isCloseTo(2, within(1e-15));
        assertThat(group.count()).isEqualTo(5);
        // ((3-1)·7 + (2-1)·0.5) / (5-2) = 14.5/3, over N = 5
        assertThat(group.standardError().getAsDouble()).isCloseTo(Math.sqrt(14.5 / 3 / 5), within(1e-15));
        assertThat(Estimate.pooled(List.of(a, Estimate.mean(List.of(1.0)))).standardError())
                .isEmpty();
    }
}
