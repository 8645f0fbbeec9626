package org.llamadl4j.eval.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * How likely a difference of two scores at least as large would be if both models were equally good.
 *
 * @param test which test tells
 * @param p the probability, of differences in either direction; 1 where there is no difference, NaN where it is unknown
 * @param pairs questions that both answered; 0 where the test does not look at single questions
 */
public record Significance(Test test, double p, int pairs) {

    /** Ways to test. */
    public enum Test {
        /** McNemar's test, exact: of the questions that one answers rightly and the other wrongly. */
        MCNEMAR,
        /** A z-test of the mean difference on the same questions. */
        PAIRED_Z,
        /** A z-test of two scores as if their questions had nothing to do with each other. */
        UNPAIRED_Z;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

    /**
     * Of {@code first} and {@code second}, what each model has on the same questions: McNemar's test if all are 0 or 1, else
     * a paired z-test.
     */
    public static Significance paired(List<Double> first, List<Double> second) {
        if (first.size() != second.size() || first.isEmpty()) {
            throw new IllegalArgumentException("%d and %d values".formatted(first.size(), second.size()));
        }
        boolean verdicts = isVerdicts(first) && isVerdicts(second);
        return verdicts ? mcNemar(first, second) : pairedZ(first, second);
    }

    /** Of two scores alone. */
    public static Significance unpaired(Estimate first, Estimate second) {
        if (first.standardError().isEmpty() || second.standardError().isEmpty()) {
            return new Significance(Test.UNPAIRED_Z, Double.NaN, 0);
        }
        double error = Math.hypot(
                first.standardError().getAsDouble(), second.standardError().getAsDouble());
        return new Significance(Test.UNPAIRED_Z, twoSided(second.value() - first.value(), error), 0);
    }

    private static Significance mcNemar(List<Double> first, List<Double> second) {
        int onlyFirst = 0;
        int onlySecond = 0;
        for (int i = 0; i < first.size(); i++) {
            onlyFirst += first.get(i) > second.get(i) ? 1 : 0;
            onlySecond += first.get(i) < second.get(i) ? 1 : 0;
        }
        int different = onlyFirst + onlySecond;
        double p = different == 0
                ? 1
                : 2
                        * new BinomialDistribution(null, different, 0.5)
                                .cumulativeProbability(Math.min(onlyFirst, onlySecond));
        return new Significance(Test.MCNEMAR, Math.min(1, p), first.size());
    }

    private static Significance pairedZ(List<Double> first, List<Double> second) {
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            differences.add(second.get(i) - first.get(i));
        }
        Estimate mean = Estimate.mean(differences);
        double p = mean.standardError().isEmpty()
                ? Double.NaN
                : twoSided(mean.value(), mean.standardError().getAsDouble());
        return new Significance(Test.PAIRED_Z, p, first.size());
    }

    private static double twoSided(double difference, double error) {
        return difference == 0 ? 1 : 2 * NORMAL.cumulativeProbability(-Math.abs(difference) / error);
    }

    private static boolean isVerdicts(List<Double> values) {
        return values.stream().allMatch(value -> value == 0 || value == 1);
    }
}
