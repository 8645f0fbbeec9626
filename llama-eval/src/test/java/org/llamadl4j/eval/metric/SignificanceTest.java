package org.llamadl4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SignificanceTest {

    /** Verdicts: {@code both} right twice, then what only one has right. */
    private static Significance verdicts(int both, int onlyFirst, int onlySecond) {
        List<Double> first = new ArrayList<>();
        List<Double> second = new ArrayList<>();
        for (int i = 0; i < both + onlyFirst + onlySecond; i++) {
            first.add(i < both + onlyFirst ? 1.0 : 0.0);
            second.add(i < both || i >= both + onlyFirst ? 1.0 : 0.0);
        }
        return Significance.paired(first, second);
    }

    @Test
    void verdictsAreComparedByMcNemar() {
        Significance one = verdicts(10, 1, 9);
        assertThat(one.test()).isEqualTo(Significance.Test.MCNEMAR);
        assertThat(one.pairs()).isEqualTo(20);
        // 2 · (C(10,0) + C(10,1)) / 2^10
        assertThat(one.p()).isCloseTo(22 / 1024.0, within(1e-12));
        assertThat(verdicts(10, 9, 1).p()).isCloseTo(22 / 1024.0, within(1e-12));
        assertThat(verdicts(10, 0, 5).p()).isCloseTo(2 / 32.0, within(1e-12));
        assertThat(verdicts(10, 3, 3).p()).isEqualTo(1);
        assertThat(verdicts(10, 0, 0).p()).isEqualTo(1);
    }

    @Test
    void otherValuesAreComparedByTheirMeanDifference() {
        // Differences 1, 2, 3: mean 2, s = 1, error 1/√3, z = 3.4641
        Significance one = Significance.paired(List.of(0.5, 1.0, 2.0), List.of(1.5, 3.0, 5.0));
        assertThat(one.test()).isEqualTo(Significance.Test.PAIRED_Z);
        assertThat(one.p()).isCloseTo(0.000532, within(1e-6));
        assertThat(Significance.paired(List.of(0.5, 0.5), List.of(0.5, 0.5)).p())
                .isEqualTo(1);
        assertThat(Significance.paired(List.of(0.5), List.of(0.7)).p()).isNaN();
    }

    @Test
    void scoresAloneAreComparedByTheirErrors() {
        Estimate first = new Estimate(0.50, OptionalDouble.of(0.03), 100);
        Estimate second = new Estimate(0.60, OptionalDouble.of(0.04), 100);
        Significance one = Significance.unpaired(first, second); // z = 0.1 / 0.05
        assertThat(one.test()).isEqualTo(Significance.Test.UNPAIRED_Z);
        assertThat(one.p()).isCloseTo(0.0455, within(1e-4));
        assertThat(Significance.unpaired(first, new Estimate(0.6, OptionalDouble.empty(), 1))
                        .p())
                .isNaN();
    }

    @Test
    void pairsBelongTogether() {
        assertThatIllegalArgumentException().isThrownBy(() -> Significance.paired(List.of(1.0), List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> Significance.paired(List.of(), List.of()));
    }
}
