package org.llamadl4j.eval.request;

import java.util.List;
import java.util.Random;
import lombok.RequiredArgsConstructor;

/**
 * A model that knows nothing: what it answers is random, but for equal requests always the same. It has no tokens but
 * characters.
 */
@RequiredArgsConstructor
public final class FakeModel implements LanguageModel {

    /** Which of many such models. */
    private final long seed;

    /**
     * Whether log-likelihoods grow with the length of what is scored, as those of models do, so that no answer is
     * preferred by a score per character; otherwise none is preferred by a score that disregards length.
     */
    private final boolean perCharacter;

    @Override
    public List<Response> answer(List<? extends Request> requests) {
        return requests.stream().map(this::answer).toList();
    }

    private Response answer(Request request) {
        // Mixed, as numbers from seeds that are near are near.
        Random random = new Random((request.hashCode() * 0x9E3779B97F4A7C15L ^ seed) * 0xBF58476D1CE4E5B9L);
        if (request instanceof LogLikelihood scored) {
            return likelihood(scored.continuation().strip(), random);
        }
        if (request instanceof RollingLogLikelihood rolling) {
            return likelihood(rolling.text(), random);
        }
        return new GeneratedText(" " + random.nextInt(100), 3, true);
    }

    private Likelihood likelihood(String text, Random random) {
        int characters = Math.max(1, text.codePointCount(0, text.length()));
        double each = -0.5 - random.nextDouble();
        return new Likelihood(perCharacter ? each * characters : each * 20, characters, false);
    }
}
