package org.llamadl4j.eval.task;

import java.util.List;
import java.util.Optional;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;

/** MBPP (Austin et al., 2021): short programs in Python after a description and three tests. */
@UtilityClass
public class Mbpp {

    private static final String FORM =
            "{\"text\": \"...\", \"code\": \"...\", \"task_id\": 11, \"test_setup_code\": \"\","
                    + " \"test_list\": [three texts]}";

    private static final int LAST_ID = 974;
    private static final int FIRST_TESTED = 11;
    private static final int LAST_TESTED = 510;
    private static final int FIRST_EXAMPLE = 2;
    private static final int LAST_EXAMPLE = 4;

    private static final String STOP = "[DONE]";
    private static final Draw PAPER_DRAW = Draw.greedy(512, STOP);
    private static final Draw HARNESS_DRAW = Draw.greedy(256, STOP);
    private static final List<Integer> TRIES = List.of(10, 80);
    private static final Metric HARNESS = Metric.harness("pass_at_1");

    /** The task: the authors' test part, with three of the examples that they prompt with. */
    public Task task() {
        RowSource file = RowSource.file(RowFormat.JSON_LINES, FORM, "mbpp.jsonl");
        return RowTask.builder()
                .name("mbpp")
                .title("MBPP")
                .questions(file)
                .selected(row -> isBetween(row, FIRST_TESTED, LAST_TESTED))
                .examples(Shots.builder()
                        .paper(3)
                        .harness(3)
                        .pool(Optional.of(file))
                        .usable(row -> isBetween(row, FIRST_EXAMPLE, LAST_EXAMPLE))
                        .inOrder(true)
                        .build())
                .asking(FreeText.of((row, rule) -> question(row))
                        .scored(Rule.PAPER, settings -> Programs.paper(PAPER_DRAW, Mbpp::program, TRIES, settings))
                        .scored(
                                Rule.HARNESS,
                                settings -> Programs.harness(HARNESS_DRAW, Mbpp::program, HARNESS, settings)))
                .build();
    }

    /** The program that tells whether {@code code} is what {@code row} asks for. */
    public String program(Row row, String code) {
        String setup = row.text("test_setup_code");
        return code + "\n" + (setup.isBlank() ? "" : setup + "\n") + String.join("\n", row.texts("test_list")) + "\n";
    }

    private boolean isBetween(Row row, int first, int last) {
        int id = row.number("task_id", 1, LAST_ID);
        return id >= first && id <= last;
    }

    private TextQuestion question(Row row) {
        program(row, ""); // so that a field that is missing is found before anything is asked
        String code = row.someText("code");
        String prompt = "You are an expert Python programmer, and here is your task: " + row.someText("text")
                + " Your code should pass these tests:\n\n" + String.join("\n", row.texts("test_list", 3))
                + "\n[BEGIN]\n";
        return new TextQuestion(prompt, code + "\n" + STOP, List.of(code));
    }
}
