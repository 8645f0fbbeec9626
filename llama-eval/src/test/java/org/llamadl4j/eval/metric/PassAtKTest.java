package org.llamadl4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PassAtKTest {

    @Test
    void agreesWithCasesComputedByHand() {
        assertThat(PassAtK.estimate(1, 1, 1)).isEqualTo(1);
        assertThat(PassAtK.estimate(1, 0, 1)).isZero();
        assertThat(PassAtK.estimate(5, 2, 1)).isCloseTo(2 / 5.0, within(1e-15));
        // 1 - C(3,2)/C(5,2) = 1 - 3/10
        assertThat(PassAtK.estimate(5, 2, 2)).isCloseTo(0.7, within(1e-15));
        // 1 - C(6,3)/C(10,3) = 1 - 20/120
        assertThat(PassAtK.estimate(10, 4, 3)).isCloseTo(5 / 6.0, within(1e-15));
        // Fewer than k fail: one of any k passes.
        assertThat(PassAtK.estimate(5, 2, 4)).isEqualTo(1);
        // C(199,100)/C(200,100) = 100/200, beyond what a long holds
        assertThat(PassAtK.estimate(200, 1, 100)).isCloseTo(0.5, within(1e-12));
    }

    /** The mean over all ways to pick k of n is what the estimate stands for: here all subsets are counted. */
    @Property
    void isTheShareOfSubsetsWithOneThatPasses(
            @ForAll @IntRange(min = 1, max = 10) int samples,
            @ForAll @IntRange(max = 10) int passed,
            @ForAll @IntRange(min = 1, max = 10) int k) {
        if (passed > samples || k > samples) {
            return;
        }
        int subsets = 0;
        int withOne = 0;
        for (int subset = 0; subset < 1 << samples; subset++) {
            if (Integer.bitCount(subset) == k) {
                subsets++;
                withOne += (subset & (1 << passed) - 1) != 0 ? 1 : 0;
            }
        }
        assertThat(PassAtK.estimate(samples, passed, k)).isCloseTo((double) withOne / subsets, within(1e-12));
    }

    @Test
    void moreThanThereAreCannotBePicked() {
        assertThatIllegalArgumentException().isThrownBy(() -> PassAtK.estimate(5, 2, 6));
        assertThatIllegalArgumentException().isThrownBy(() -> PassAtK.estimate(5, 6, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> PassAtK.estimate(5, 2, 0));
    }
}
