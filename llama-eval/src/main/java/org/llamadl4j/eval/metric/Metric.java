package org.llamadl4j.eval.metric;

/**
 * What a score is a score of.
 *
 * @param name as the harness calls it, such as {@code acc} or {@code exact_match}
 * @param filter what became of answers before they were compared, as the harness calls it ({@code none} for nothing);
 *     {@code paper} for the paper's rule
 * @param rule by whose rule questions were phrased and answers compared
 * @param higherIsBetter whether a better model has a higher score
 * @param aggregation how it is made of what each question gives
 */
public record Metric(String name, String filter, Rule rule, boolean higherIsBetter, Aggregation aggregation) {

    private static final String NO_FILTER = "none";

    /** The paper's score {@code name}. */
    public static Metric paper(String name) {
        return new Metric(name, Rule.PAPER.toString(), Rule.PAPER, true, Aggregation.MEAN);
    }

    /** The harness's score {@code name} of answers as they are. */
    public static Metric harness(String name) {
        return harness(name, NO_FILTER);
    }

    /** The harness's score {@code name} of answers after {@code filter}. */
    public static Metric harness(String name, String filter) {
        return new Metric(name, filter, Rule.HARNESS, true, Aggregation.MEAN);
    }

    /** The score {@code name} of {@code rule}. */
    public static Metric of(Rule rule, String name) {
        return rule == Rule.PAPER ? paper(name) : harness(name);
    }

    /** The same, of which less is better. */
    public Metric lowerIsBetter() {
        return new Metric(name, filter, rule, false, aggregation);
    }

    /** The same, made in another way. */
    public Metric by(Aggregation other) {
        return new Metric(name, filter, rule, higherIsBetter, other);
    }

    /** Name and filter, as keys of the harness's results: {@code acc,none}. */
    public String key() {
        return name + "," + filter;
    }

    /** The key of its standard error: {@code acc_stderr,none}. */
    public String standardErrorKey() {
        return name + "_stderr," + filter;
    }
}
