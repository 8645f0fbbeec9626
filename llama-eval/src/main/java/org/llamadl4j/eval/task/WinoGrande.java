package org.llamadl4j.eval.task;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;

/** WinoGrande (Sakaguchi et al., 2019): who is meant; the rest of the sentence is scored after each of two. */
@UtilityClass
public class WinoGrande {

    private static final String FORM = "{\"context_options\": [two texts], \"continuation\": \"...\", \"gold\": 0}, or"
            + " {\"sentence\": \"... _ ...\", \"option1\": \"...\", \"option2\": \"...\", \"answer\": \"1\"}";
    private static final List<String> LABELS = List.of("1", "2");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("winogrande")
                .title("WinoGrande")
                .questions(RowSource.file(
                        RowFormat.JSON_LINES,
                        FORM,
                        "winogrande.jsonl",
                        "winogrande-dev.jsonl",
                        "winogrande_1.1/dev.jsonl"))
                .examples(Shots.zero(RowSource.file(
                        RowFormat.JSON_LINES, FORM, "winogrande-train.jsonl", "winogrande_1.1/train_xl.jsonl")))
                .asking(MultipleChoice.of((row, rule) -> row.has("sentence") ? fromSentence(row) : fromOptions(row))
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST))
                .build();
    }

    /** The file of the MosaicML evaluation suite. */
    private ChoiceQuestion fromOptions(Row row) {
        return ChoiceQuestion.ofContexts(
                row.texts("context_options", 2), row.someText("continuation"), row.index("gold", 2));
    }

    /** The authors' file. */
    private ChoiceQuestion fromSentence(Row row) {
        String sentence = row.someText("sentence");
        int blank = sentence.indexOf('_');
        if (blank < 0 || sentence.substring(blank + 1).isBlank()) {
            throw row.wrong("field `sentence` has no blank (_) with something after it");
        }
        String before = sentence.substring(0, blank);
        return ChoiceQuestion.ofContexts(
                List.of(before + row.someText("option1"), before + row.someText("option2")),
                sentence.substring(blank + 1).strip(),
                row.label("answer", LABELS));
    }
}
