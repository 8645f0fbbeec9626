package org.llamadl4j.model.kernel;

import java.util.Arrays;

/**
 * How rotary position embedding turns a head of K numbers (Su et al., 2021): at position t, pair i by the angle
 * t·frequencies[i].
 *
 * @param frequencies (K/2) in radians a position
 * @param pairs which two numbers are pair i
 */
public record RotaryEmbedding(double[] frequencies, RotaryPairs pairs) {

    /** @throws IllegalArgumentException if there are no frequencies */
    public RotaryEmbedding {
        if (frequencies.length == 0) {
            throw new IllegalArgumentException("a head has at least one pair, and so one frequency");
        }
        frequencies = frequencies.clone();
    }

    /**
     * The frequencies of the paper, θ^(-2i/K) for pair i.
     *
     * @throws IllegalArgumentException if {@code headDim} is not an even number from 2
     */
    public static RotaryEmbedding of(int headDim, double theta, RotaryPairs pairs) {
        if (headDim < 2 || headDim % 2 != 0) {
            throw new IllegalArgumentException("the size of a head must be even, not " + headDim);
        }
        double[] frequencies = new double[headDim / 2];
        Arrays.setAll(frequencies, i -> Math.pow(theta, -2.0 * i / headDim));
        return new RotaryEmbedding(frequencies, pairs);
    }

    /** K. */
    public int headDim() {
        return 2 * frequencies.length;
    }

    /** A copy. */
    @Override
    public double[] frequencies() {
        return frequencies.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RotaryEmbedding that
                && pairs == that.pairs
                && Arrays.equals(frequencies, that.frequencies);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(frequencies) + pairs.hashCode();
    }

    @Override
    public String toString() {
        return "RotaryEmbedding[frequencies=%s, pairs=%s]".formatted(Arrays.toString(frequencies), pairs);
    }
}
