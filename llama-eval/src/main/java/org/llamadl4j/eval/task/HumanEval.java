package org.llamadl4j.eval.task;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;

/** HumanEval (Chen et al., 2021): functions in Python after their signatures and descriptions. */
@UtilityClass
public class HumanEval {

    private static final String FORM = "{\"task_id\": \"HumanEval/0\", \"prompt\": \"...\", \"entry_point\": \"...\","
            + " \"canonical_solution\": \"...\", \"test\": \"...\"}";

    private static final String[] STOPS = {"\nclass", "\ndef", "\n#", "\nif", "\nprint"};
    private static final Draw PAPER_DRAW = Draw.greedy(512, STOPS);
    private static final Draw HARNESS_DRAW = Draw.greedy(1024, STOPS);
    private static final List<Integer> TRIES = List.of(10, 100);
    private static final Metric HARNESS = Metric.harness("pass@1", "create_test");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("humaneval")
                .title("HumanEval")
                .questions(RowSource.file(RowFormat.JSON_LINES, FORM, "HumanEval.jsonl.gz", "HumanEval.jsonl"))
                .examples(Shots.none())
                .asking(FreeText.of((row, rule) -> question(row))
                        .scored(Rule.PAPER, settings -> Programs.paper(PAPER_DRAW, HumanEval::program, TRIES, settings))
                        .scored(
                                Rule.HARNESS,
                                settings -> Programs.harness(HARNESS_DRAW, HumanEval::program, HARNESS, settings)))
                .build();
    }

    /** The program that tells whether {@code completion} of the prompt of {@code row} is right. */
    public String program(Row row, String completion) {
        return row.someText("prompt") + completion + "\n" + row.someText("test") + "\ncheck("
                + row.someText("entry_point") + ")\n";
    }

    private TextQuestion question(Row row) {
        program(row, ""); // so that a field that is missing is found before anything is asked
        String solution = row.someText("canonical_solution");
        return new TextQuestion(row.someText("prompt"), solution, List.of(solution));
    }
}
