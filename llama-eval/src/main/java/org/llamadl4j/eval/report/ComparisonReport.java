package org.llamadl4j.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.metric.Significance;
import org.llamadl4j.eval.result.Comparison;
import org.llamadl4j.eval.result.SavedScore;

/** Two results side by side. */
@UtilityClass
public class ComparisonReport {

    /** The report of {@code comparison}. */
    public Report of(Comparison comparison) {
        List<List<String>> rows = new ArrayList<>();
        for (Comparison.Difference difference : comparison.differences()) {
            SavedScore first = difference.first();
            SavedScore second = difference.second();
            rows.add(List.of(
                    first.of(),
                    first.rule(),
                    first.key(),
                    String.join("; ", difference.warnings()),
                    number(first.value()),
                    number(second.value()),
                    String.format(Locale.ROOT, "%+.4f", second.value() - first.value()),
                    probability(difference.significance()),
                    difference.significance().test().toString()));
        }
        return new Report(
                "Comparison of %s and %s"
                        .formatted(
                                comparison.first().model(), comparison.second().model()),
                "First: %s. Second: %s."
                        .formatted(
                                comparison.first().file(), comparison.second().file()),
                List.of(new Report.Section(
                        "Differences",
                        "p is how likely a difference at least as large would be if both were equally good. With many"
                                + " scores some p are small by chance: of 20, one under 0.05.",
                        List.of(
                                "task or part",
                                "rule",
                                "metric",
                                "beware",
                                "first",
                                "second",
                                "difference",
                                "p",
                                "test"),
                        4,
                        rows,
                        true)));
    }

    private String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private String probability(Significance significance) {
        double p = significance.p();
        return Double.isNaN(p) ? "–" : p < 1e-4 ? "< 0.0001" : String.format(Locale.ROOT, "%.4f", p);
    }
}
