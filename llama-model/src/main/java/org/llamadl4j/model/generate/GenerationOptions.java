package org.llamadl4j.model.generate;

import java.util.List;
import lombok.Builder;
import lombok.Singular;
import org.llamadl4j.model.error.UserError;

/**
 * How a text is continued. {@code GenerationOptions.builder().build()} samples up to 256 tokens from the model's own
 * distribution, with seed 0.
 *
 * <p>Options that change the distribution do so in this order: repetition penalty, temperature, top k, top p, min p. The
 * penalty is about logits, so it comes before they are divided by the temperature; the filters see the probabilities
 * that are drawn from. Hugging Face's library has the same order, so numbers found with it mean the same here.
 *
 * @param maxNewTokens ends the text after this many tokens
 * @param temperature logits are divided by it; under 1 the likely becomes likelier, 0 always takes the likeliest
 * @param topK only the k likeliest tokens are drawn from; 0 for all
 * @param topP of these, only the likeliest that together reach this probability (Holtzman et al., 2020); 1 for all
 * @param minP of these, only those at least this times as likely as the likeliest (Nguyen et al., 2024); 0 for all
 * @param repetitionPenalty logits of tokens that occurred before are divided by it where they are positive, multiplied
 *     where they are negative (Keskar et al., 2019, section 4.1); 1 for none
 * @param stopStrings the text ends before the first of these; they are looked for in the new text alone
 * @param seed the same seed gives the same text
 */
@Builder(toBuilder = true)
public record GenerationOptions(
        int maxNewTokens,
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        @Singular List<String> stopStrings,
        long seed) {

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
        if (!(minP >= 0 && minP <= 1)) {
            throw UserError.usage("min-p must be between 0 and 1, not %s", minP);
        }
        if (!(repetitionPenalty > 0) || Double.isInfinite(repetitionPenalty)) {
            throw UserError.usage("repetition-penalty must be over 0 (1 for none), not %s", repetitionPenalty);
        }
        stopStrings = List.copyOf(stopStrings);
        if (stopStrings.contains("")) {
            throw UserError.usage("an empty stop string would end every text before it begins");
        }
    }

    /** Defaults. */
    public static class GenerationOptionsBuilder {
        private int maxNewTokens = 256;
        private double temperature = 1;
        private double topP = 1;
        private double repetitionPenalty = 1;
    }
}
