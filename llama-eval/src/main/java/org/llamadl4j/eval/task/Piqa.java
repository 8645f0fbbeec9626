package org.llamadl4j.eval.task;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;

/** PIQA (Bisk et al., 2020): which of two ways serves a goal. */
@UtilityClass
public class Piqa {

    private static final String FORM = "{\"goal\": \"...\", \"sol1\": \"...\", \"sol2\": \"...\"}";
    private static final List<String> LABELS = List.of("0", "1");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("piqa")
                .title("PIQA")
                .questions(files(
                        "piqa-valid.jsonl",
                        "piqa-valid-labels.lst",
                        "physicaliqa-train-dev/dev.jsonl",
                        "physicaliqa-train-dev/dev-labels.lst"))
                .examples(Shots.zero(files(
                        "piqa-train.jsonl",
                        "piqa-train-labels.lst",
                        "physicaliqa-train-dev/train.jsonl",
                        "physicaliqa-train-dev/train-labels.lst")))
                .asking(MultipleChoice.of((row, rule) -> question(row))
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST)
                        .scored(Metric.harness("acc_norm"), ChoiceScoring.PER_CHARACTER))
                .build();
    }

    private RowSource files(String... names) {
        return RowSource.labelled(RowFormat.JSON_LINES, FORM, LABELS, names);
    }

    private ChoiceQuestion question(Row row) {
        return ChoiceQuestion.of(
                "Question: " + row.someText("goal") + "\nAnswer:",
                List.of(row.someText("sol1"), row.someText("sol2")),
                row.index("label", 2));
    }
}
