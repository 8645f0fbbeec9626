package org.llamadl4j.eval.request;

import java.util.List;
import java.util.Objects;

/**
 * A continuation of {@code context} up to the first of {@code stops}, answered by a {@link GeneratedText}. A context that
 * leaves no room for {@code maxNewTokens} is cut at its beginning, but not to less than half of the model's.
 *
 * @param context what stands before
 * @param stops texts that end the continuation, which goes up to the first of them and does not contain it; none if only
 *     EOS or the length ends it
 * @param maxNewTokens ends the continuation too; 1 or more
 * @param sampling how tokens are chosen
 */
public record GenerateUntil(String context, List<String> stops, int maxNewTokens, Sampling sampling)
        implements Request {

    public GenerateUntil {
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(sampling, "sampling");
        stops = List.copyOf(stops);
        if (stops.contains("")) {
            throw new IllegalArgumentException("an empty stop would end every text at once");
        }
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("maxNewTokens must be 1 or more, not " + maxNewTokens);
        }
    }
}
