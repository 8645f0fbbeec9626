package org.llamadl4j.eval.metric;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A score over questions, and how far chance may have moved it.
 *
 * @param value the score
 * @param standardError its standard error; empty where it is not known
 * @param count the questions
 */
public record Estimate(double value, OptionalDouble standardError, int count) {

    /**
     * The mean of {@code values}, which are some. Its standard error is s/√n with the sample standard deviation s
     * (divisor n - 1), as in the harness; for a share of right answers that is √(p(1-p)/(n-1)). One value alone has none.
     */
    public static Estimate mean(List<Double> values) {
        int count = values.size();
        double mean = values.stream().mapToDouble(Double::doubleValue).sum() / count;
        if (count == 1) {
            return new Estimate(mean, OptionalDouble.empty(), 1);
        }
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return new Estimate(mean, OptionalDouble.of(Math.sqrt(squares / (count - 1) / count)), count);
    }

    /**
     * The mean over the questions of all {@code parts}, which are some. Its standard error is the harness's for groups of
     * tasks: √(Σ (nᵢ-1) nᵢ sᵢ² / (N - k) / N) of the k parts' standard errors sᵢ, that is with one pooled variance inside
     * the parts; the differences between them do not count. Empty where a part has none.
     */
    public static Estimate pooled(List<Estimate> parts) {
        int count = parts.stream().mapToInt(Estimate::count).sum();
        double mean =
                parts.stream().mapToDouble(part -> part.value * part.count).sum() / count;
        if (count == parts.size() || parts.stream().anyMatch(part -> part.standardError.isEmpty())) {
            return new Estimate(mean, OptionalDouble.empty(), count);
        }
        double squares = parts.stream()
                .mapToDouble(part -> (part.count - 1.0) * part.count * Math.pow(part.standardError.getAsDouble(), 2))
                .sum();
        double variance = squares / (count - parts.size());
        return new Estimate(mean, OptionalDouble.of(Math.sqrt(variance / count)), count);
    }
}
