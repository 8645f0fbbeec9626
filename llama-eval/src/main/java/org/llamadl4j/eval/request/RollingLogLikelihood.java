package org.llamadl4j.eval.request;

import java.util.Objects;

/**
 * How likely a whole text is, however long: each of its tokens is predicted once, in windows of the model's context that
 * do not overlap, the first of which begins with BOS. Answered by a {@link Likelihood}.
 *
 * @param text may be empty
 */
public record RollingLogLikelihood(String text) implements Request {

    public RollingLogLikelihood {
        Objects.requireNonNull(text, "text");
    }
}
