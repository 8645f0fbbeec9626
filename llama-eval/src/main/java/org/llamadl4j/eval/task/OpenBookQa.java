package org.llamadl4j.eval.task;

import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;

/** OpenBookQA (Mihaylov et al., 2018): how a sentence on elementary science goes on. */
@UtilityClass
public class OpenBookQa {

    private static final String FOLDER = "OpenBookQA-V1-Sep2018/Data/Main/";

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("openbookqa")
                .title("OpenBookQA")
                .questions(file("openbook_qa.jsonl", FOLDER + "test.jsonl"))
                .examples(Shots.zero(file("openbook_qa_train.jsonl", FOLDER + "train.jsonl")))
                .asking(MultipleChoice.of((row, rule) -> ScienceQuestions.question(row, "", ""))
                        .scored(Metric.paper("acc"), ChoiceScoring.AGAINST_UNCONDITIONAL)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST)
                        .scored(Metric.harness("acc_norm"), ChoiceScoring.PER_CHARACTER))
                .build();
    }

    private RowSource file(String... names) {
        return RowSource.file(RowFormat.JSON_LINES, ScienceQuestions.FORM, names);
    }
}
