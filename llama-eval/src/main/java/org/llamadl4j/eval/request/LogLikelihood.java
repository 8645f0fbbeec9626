package org.llamadl4j.eval.request;

import java.util.Objects;

/**
 * How likely {@code continuation} is after {@code context}: ln P(continuation | BOS, context), answered by a
 * {@link Likelihood}.
 *
 * <p>Both are tokenised together, and white space at the end of the context counts as the beginning of the continuation.
 * The tokens of the continuation are those that the whole has beyond as many as the context alone has. A context that
 * leaves no room is cut at its beginning.
 *
 * @param context what stands before; empty for BOS alone
 * @param continuation what is scored, with the space that parts it from the context; not empty
 */
public record LogLikelihood(String context, String continuation) implements Request {

    public LogLikelihood {
        Objects.requireNonNull(context, "context");
        if (continuation.isEmpty()) {
            throw new IllegalArgumentException("the continuation is empty");
        }
    }
}
