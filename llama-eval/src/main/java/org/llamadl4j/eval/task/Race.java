package org.llamadl4j.eval.task;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;

/** RACE (Lai et al., 2017): reading tests of middle and high schools. */
@UtilityClass
public class Race {

    private static final String FORM =
            "{\"example_id\": \"middle123.txt\", \"article\": \"...\", \"question\": \"...\","
                    + " \"options\": [four texts], \"answer\": \"A\"}";
    private static final List<String> LABELS = List.of("A", "B", "C", "D");

    /** Middle schools. */
    public Task middle() {
        return task("middle");
    }

    /** High schools. */
    public Task high() {
        return task("high");
    }

    private Task task(String level) {
        return RowTask.builder()
                .name("race_" + level)
                .title("RACE " + level)
                .questions(RowSource.file(RowFormat.JSON_LINES, FORM, "race.jsonl", "race-1000.jsonl"))
                .selected(row -> level.equals(level(row)))
                .examples(Shots.zero(RowSource.file(RowFormat.JSON_LINES, FORM, "race-train.jsonl")))
                .asking(MultipleChoice.of((row, rule) -> question(row))
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST))
                .build();
    }

    private String level(Row row) {
        String id = row.someText("example_id");
        if (id.startsWith("middle")) {
            return "middle";
        }
        if (id.startsWith("high")) {
            return "high";
        }
        throw row.wrong("field `example_id` is `%s`; it must begin with middle or high", id);
    }

    /** The harness puts an article's other questions and their answers between; this file has one question a row. */
    private ChoiceQuestion question(Row row) {
        String prompt = "Article: " + row.someText("article") + "\n\n" + row.someText("question");
        return ChoiceQuestion.of(prompt, row.texts("options", 4), row.label("answer", LABELS));
    }
}
