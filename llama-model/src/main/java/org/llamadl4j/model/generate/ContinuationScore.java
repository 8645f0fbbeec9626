package org.llamadl4j.model.generate;

import java.util.Arrays;

/**
 * How likely a continuation is after a prefix.
 *
 * @param logProbabilities ln of the probability of each of its tokens after those before it
 * @param greedy whether each of them is the likeliest, so that greedy generation would say the same
 */
public record ContinuationScore(double[] logProbabilities, boolean greedy) {

    public ContinuationScore {
        logProbabilities = logProbabilities.clone();
    }

    /** A copy. */
    @Override
    public double[] logProbabilities() {
        return logProbabilities.clone();
    }

    /** ln of the probability of the whole. */
    public double logProbability() {
        return Arrays.stream(logProbabilities).sum();
    }
}
