package org.llamadl4j.notebook;

import java.util.Map;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.report.EvaluationReport;
import org.llamadl4j.eval.report.Report;
import org.llamadl4j.eval.result.EvaluationResult;
import org.llamadl4j.eval.result.Sample;
import org.llamadl4j.eval.result.TaskResult;
import org.llamadl4j.eval.task.Scored;
import org.llamadl4j.notebook.display.Display;
import org.llamadl4j.notebook.display.Table;
import org.llamadl4j.notebook.display.Tables;

/**
 * What a model scored, shown as the lines of the paper's table that it has something to say about, and a line for each
 * other task.
 *
 * @param result all that was asked and answered
 */
public record Scores(EvaluationResult result) implements Display {

    private static final int BESIDE_THE_PAPER = 0;
    private static final int EVERY_SCORE = 1;

    /** The whole table of the paper, with a column for this model. */
    public Table paperTable() {
        return section(BESIDE_THE_PAPER);
    }

    /** Every score, with its standard error and the number of questions. */
    public Table all() {
        return section(EVERY_SCORE);
    }

    private Table section(int index) {
        Report report = EvaluationReport.of(result);
        return Tables.of(report.sections().get(index));
    }

    /** The first {@code count} questions of each task: what would be right, and what the model takes for it. */
    public Table answers(int count) {
        Table table = Table.of("task", "question", "right", "the model");
        for (TaskResult task : result.tasks()) {
            for (Sample sample : task.samples().stream().limit(count).toList()) {
                table = table.row(
                        task.prepared().task().name(),
                        sample.question().id() + 1,
                        sample.question().target().strip(),
                        answer(sample));
            }
        }
        return table;
    }

    /** By the rule of the paper where there is an answer by it. */
    private static String answer(Sample sample) {
        Scored scored = sample.scored()
                .getOrDefault(Rule.PAPER, sample.scored().values().iterator().next());
        return scored.extracted().values().stream()
                .flatMap(texts -> texts.stream())
                .findFirst()
                .orElse("")
                .strip();
    }

    @Override
    public Map<String, String> data() {
        return table().data();
    }

    private Table table() {
        return Tables.of(EvaluationReport.table(result));
    }

    @Override
    public String toString() {
        return table().toString();
    }
}
