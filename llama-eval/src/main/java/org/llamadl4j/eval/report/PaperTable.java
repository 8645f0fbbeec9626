package org.llamadl4j.eval.report;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.DataFile;
import org.llamadl4j.eval.data.RowFormat;

/** What the paper reports of its models, from {@code paper-table.csv}. */
@UtilityClass
class PaperTable {

    /** The sizes of the paper's models. */
    final List<String> SIZES = List.of("7B", "13B", "33B", "65B");

    /**
     * One line.
     *
     * @param benchmark the benchmark
     * @param measure what is measured
     * @param shots worked examples
     * @param task the task that measures it here
     * @param metric its key there, with * for any number; empty if nothing here can measure it
     * @param scale what a score is multiplied by to be written as the paper writes it
     * @param values for each of {@link #SIZES} what the paper reports, as it writes it; empty where it reports none
     */
    record Line(
            String benchmark, String measure, int shots, String task, String metric, int scale, List<String> values) {

        /** Whether {@code key} is that of its metric. */
        boolean isMeasuredBy(String key) {
            int any = metric.indexOf('*');
            return any < 0
                    ? key.equals(metric)
                    : key.startsWith(metric.substring(0, any)) && key.endsWith(metric.substring(any + 1));
        }
    }

    /** All lines in the order of the paper. */
    List<Line> lines() {
        return RowFormat.CSV.read(DataFile.resource(PaperTable.class, "paper-table.csv"), "").stream()
                .map(row -> new Line(
                        row.text("benchmark"),
                        row.text("measure"),
                        row.number("shots", 0, 64),
                        row.text("task"),
                        row.text("metric"),
                        row.number("scale", 1, 100),
                        SIZES.stream().map(row::text).toList()))
                .toList();
    }
}
