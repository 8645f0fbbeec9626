package org.llamadl4j.eval.score;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.llamadl4j.eval.request.GenerateUntil;
import org.llamadl4j.eval.request.Sampling;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.Prompt;

/** A request of a text, with the tokens of its context. */
record GenerationRequest(GenerateUntil request, int[] prompt) {

    int longest() {
        return prompt.length + request.maxNewTokens();
    }

    Prompt toPrompt() {
        Sampling sampling = request.sampling();
        return new Prompt(
                prompt,
                GenerationOptions.builder()
                        .maxNewTokens(request.maxNewTokens())
                        .stopStrings(request.stops())
                        .temperature(sampling.temperature())
                        .topP(sampling.topP())
                        .seed(seed(sampling))
                        .build());
    }

    /** Samples of one context differ, and so do those of several contexts. */
    private long seed(Sampling sampling) {
        long mixed = new SplittableRandom(sampling.seed()).nextLong() ^ Arrays.hashCode(prompt);
        return new SplittableRandom(mixed).nextLong() + sampling.index();
    }
}
