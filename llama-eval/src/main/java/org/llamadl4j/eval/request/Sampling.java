package org.llamadl4j.eval.request;

/**
 * How the tokens of a text are chosen. All of it is part of the request: equal requests have the same text, and the k
 * samples of one question differ in {@code index}.
 *
 * @param temperature logits are divided by it; 0 always takes the likeliest token
 * @param topP only the likeliest tokens that together reach this probability are drawn from; 1 for all
 * @param seed the random numbers follow from it, {@code index} and the context alone
 * @param index which of several samples, from 0
 */
public record Sampling(double temperature, double topP, long seed, int index) {

    /** The likeliest token, always. */
    public static final Sampling GREEDY = new Sampling(0, 1, 0, 0);

    public Sampling {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be 0 or more, not " + temperature);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP must be over 0 and at most 1, not " + topP);
        }
        if (index < 0) {
            throw new IllegalArgumentException("index must be 0 or more, not " + index);
        }
    }
}
