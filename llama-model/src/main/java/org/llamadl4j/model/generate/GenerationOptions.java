package org.llamadl4j.model.generate;

import lombok.Builder;
import org.llamadl4j.model.error.UserError;

/**
 * How a text is continued. {@code GenerationOptions.builder().build()} samples up to 256 tokens from the model's own
 * distribution, with seed 0.
 *
 * @param maxNewTokens ends the text after this many tokens
 * @param temperature logits are divided by it; under 1 the likely becomes likelier, 0 always takes the likeliest
 * @param topK only the k likeliest tokens are drawn from; 0 for all
 * @param topP only the likeliest tokens that together reach this probability are drawn from (Holtzman et al., 2020); 1
 *     for all
 * @param seed the same seed gives the same text
 */
@Builder(toBuilder = true)
public record GenerationOptions(int maxNewTokens, double temperature, int topK, double topP, long seed) {

    public GenerationOptions {
        if (maxNewTokens < 0) {
            throw UserError.usage("max-new-tokens must be 0 or more, not %d", maxNewTokens);
        }
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw UserError.usage("temperature must be 0 (the likeliest token) or more, not %s", temperature);
        }
        if (topK < 0) {
            throw UserError.usage("top-k must be 1 or more, or 0 for no limit, not %d", topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw UserError.usage("top-p must be over 0 and at most 1, not %s", topP);
        }
    }

    /** Defaults. */
    public static class GenerationOptionsBuilder {
        private int maxNewTokens = 256;
        private double temperature = 1;
        private double topP = 1;
    }
}
