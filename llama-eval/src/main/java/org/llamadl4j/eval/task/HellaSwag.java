package org.llamadl4j.eval.task;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;

/** HellaSwag (Zellers et al., 2019): how a description goes on. */
@UtilityClass
public class HellaSwag {

    private static final String FORM =
            "{\"activity_label\": \"...\", \"ctx_a\": \"...\", \"ctx_b\": \"...\", \"endings\": [four texts], \"label\": 0}";

    /** Marks that the half from WikiHow has. */
    private static final Pattern TAG = Pattern.compile("\\[.*?]");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("hellaswag")
                .title("HellaSwag")
                .questions(RowSource.file(
                        RowFormat.JSON_LINES,
                        FORM,
                        "hellaswag_val.jsonl",
                        "hellaswag-val.jsonl",
                        "hellaswag-val-1000.jsonl"))
                .examples(Shots.zero(
                        RowSource.file(RowFormat.JSON_LINES, FORM, "hellaswag_train.jsonl", "hellaswag-train.jsonl")))
                .asking(MultipleChoice.of((row, rule) -> question(row))
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST)
                        .scored(Metric.harness("acc_norm"), ChoiceScoring.PER_CHARACTER))
                .build();
    }

    private ChoiceQuestion question(Row row) {
        String context = row.text("ctx_a") + " " + capitalised(row.text("ctx_b"));
        List<String> endings = row.texts("endings", 4);
        return ChoiceQuestion.of(
                withoutTags(row.someText("activity_label") + ": " + context),
                endings.stream().map(HellaSwag::withoutTags).toList(),
                row.index("label", 4));
    }

    /** A title becomes a sentence of its own; other marks go. */
    private String withoutTags(String text) {
        String titled = text.strip().replace(" [title]", ". ");
        return TAG.matcher(titled).replaceAll("").replace("  ", " ");
    }

    /** The first letter upper case, all others lower. */
    private String capitalised(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return Character.toString(Character.toTitleCase(text.codePointAt(0)))
                + text.substring(first).toLowerCase(Locale.ROOT);
    }
}
