package org.llamadl4j.eval.task;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;

/** BoolQ (Clark et al., 2019): yes or no after a passage. */
@UtilityClass
public class BoolQ {

    private static final String FORM = "{\"question\": \"...\", \"passage\": \"...\", \"label\": true}";
    private static final List<String> ANSWERS = List.of("no", "yes");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("boolq")
                .title("BoolQ")
                .questions(RowSource.file(
                        RowFormat.JSON_LINES, FORM, "boolq-val.jsonl", "BoolQ/val.jsonl", "boolq/dev.jsonl"))
                .examples(Shots.zero(RowSource.file(
                        RowFormat.JSON_LINES, FORM, "boolq-train.jsonl", "BoolQ/train.jsonl", "boolq/train.jsonl")))
                .asking(MultipleChoice.of((row, rule) -> question(row))
                        .scored(Metric.paper("acc"), ChoiceScoring.AGAINST_UNCONDITIONAL)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST))
                .build();
    }

    /** SuperGLUE calls the right answer label, the authors call it answer. */
    private ChoiceQuestion question(Row row) {
        String prompt = row.someText("passage") + "\nQuestion: " + row.someText("question") + "?\nAnswer:";
        boolean yes = row.truth(row.has("answer") ? "answer" : "label");
        return ChoiceQuestion.of(prompt, ANSWERS, yes ? 1 : 0);
    }
}
