package org.llamadl4j.eval.metric;

/**
 * What one question adds to a score.
 *
 * @param value such as 1 for a right answer
 * @param weight what the sum of values is divided by, summed; 1 where the score is a mean over questions
 */
public record Measurement(double value, double weight) {

    public Measurement {
        if (Double.isNaN(value) || !(weight >= 0)) {
            throw new IllegalArgumentException("no measurement: %s of weight %s".formatted(value, weight));
        }
    }

    /** One value for one question. */
    public static Measurement of(double value) {
        return new Measurement(value, 1);
    }

    /** 1 for a right answer, 0 for a wrong one. */
    public static Measurement of(boolean right) {
        return of(right ? 1 : 0);
    }
}
