package org.llamadl4j.eval.request;

import java.util.Objects;

/**
 * The answer to {@link GenerateUntil}.
 *
 * @param text up to the first stop
 * @param tokens how many were generated
 * @param complete whether a stop or EOS ended it, rather than its length
 */
public record GeneratedText(String text, int tokens, boolean complete) implements Response {

    public GeneratedText {
        Objects.requireNonNull(text, "text");
    }
}
