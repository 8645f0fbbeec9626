package org.llamadl4j.eval.task;

import java.util.List;
import java.util.stream.IntStream;
import org.llamadl4j.eval.request.GenerateUntil;
import org.llamadl4j.eval.request.Sampling;

/**
 * How answers to a question are generated.
 *
 * @param stops what ends an answer
 * @param maxNewTokens what ends it too
 * @param temperature 0 for the likeliest token, always
 * @param topP see {@link Sampling#topP}
 * @param count how many answers; 1 where nothing is left to chance
 */
public record Draw(List<String> stops, int maxNewTokens, double temperature, double topP, int count) {

    public Draw {
        stops = List.copyOf(stops);
        if (count < 1 || temperature == 0 && count > 1) {
            throw new IllegalArgumentException("%d answers at temperature %s".formatted(count, temperature));
        }
    }

    /** One answer of the likeliest tokens. */
    public static Draw greedy(int maxNewTokens, String... stops) {
        return new Draw(List.of(stops), maxNewTokens, 0, 1, 1);
    }

    /** {@code count} answers drawn at random with the same stops and length. */
    public Draw sampled(double temperature, double topP, int count) {
        return new Draw(stops, maxNewTokens, temperature, topP, count);
    }

    /** {@code count} answers to vote, drawn as Lewkowycz et al. (2022) draw them. */
    public Draw majorityVote(int count) {
        return sampled(0.6, 0.95, count);
    }

    List<GenerateUntil> requests(String context, long seed) {
        if (temperature == 0) {
            return List.of(new GenerateUntil(context, stops, maxNewTokens, Sampling.GREEDY));
        }
        return IntStream.range(0, count)
                .mapToObj(index ->
                        new GenerateUntil(context, stops, maxNewTokens, new Sampling(temperature, topP, seed, index)))
                .toList();
    }
}
