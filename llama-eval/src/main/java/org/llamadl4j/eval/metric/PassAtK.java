package org.llamadl4j.eval.metric;

import lombok.experimental.UtilityClass;

/** How likely one of k programs passes (Chen et al., 2021, equation 1). */
@UtilityClass
public class PassAtK {

    /**
     * The unbiased estimate from {@code samples} programs n of which {@code passed} passed, c: 1 - C(n-c, k) / C(n, k),
     * computed as the product that does not overflow.
     *
     * @param k from 1 to {@code samples}
     */
    public double estimate(int samples, int passed, int k) {
        if (k < 1 || k > samples || passed < 0 || passed > samples) {
            throw new IllegalArgumentException("pass@%d of %d of %d".formatted(k, passed, samples));
        }
        if (samples - passed < k) {
            return 1;
        }
        double allFail = 1;
        for (int i = samples - passed + 1; i <= samples; i++) {
            allFail *= 1 - (double) k / i;
        }
        return 1 - allFail;
    }
}
