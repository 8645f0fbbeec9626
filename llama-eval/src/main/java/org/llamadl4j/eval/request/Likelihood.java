package org.llamadl4j.eval.request;

/**
 * The answer to {@link LogLikelihood} and {@link RollingLogLikelihood}.
 *
 * @param logLikelihood sum of ln P(token | tokens before it), 0 or less
 * @param tokens how many were predicted
 * @param greedy whether each was the likeliest
 */
public record Likelihood(double logLikelihood, int tokens, boolean greedy) implements Response {

    public Likelihood {
        if (Double.isNaN(logLikelihood) || tokens < 0) {
            throw new IllegalArgumentException("no likelihood: %s of %d tokens".formatted(logLikelihood, tokens));
        }
    }
}
