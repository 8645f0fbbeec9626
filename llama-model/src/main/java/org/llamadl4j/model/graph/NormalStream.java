package org.llamadl4j.model.graph;

/**
 * Standard normal numbers that depend on seed and name alone: not on the order in which tensors are filled, nor on the
 * JDK, whose own {@code nextGaussian} may change its algorithm. SplitMix64 (Steele, Lea and Flood, 2014) under
 * Marsaglia's polar method, with {@link StrictMath} for the last bit.
 */
final class NormalStream {

    /** 2⁶⁴ divided by the golden ratio, odd. */
    private static final long INCREMENT = 0x9e3779b97f4a7c15L;

    private long state;
    private double spare;
    private boolean hasSpare;

    NormalStream(long seed, String name) {
        state = mix(seed);
        for (int i = 0; i < name.length(); i++) {
            state = mix(state + INCREMENT + name.charAt(i));
        }
    }

    /** The next number, mean 0 and variance 1. */
    double next() {
        if (hasSpare) {
            hasSpare = false;
            return spare;
        }
        double u;
        double v;
        double square;
        do {
            u = uniform();
            v = uniform();
            square = u * u + v * v;
        } while (square >= 1 || square == 0);
        double factor = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
        spare = v * factor;
        hasSpare = true;
        return u * factor;
    }

    /** Uniform over [-1, 1), in steps of 2⁻⁵². */
    private double uniform() {
        state += INCREMENT;
        return (mix(state) >> 11) * 0x1p-52;
    }

    /** A bijection in which every bit of the result depends on every bit of {@code z}. */
    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }
}
