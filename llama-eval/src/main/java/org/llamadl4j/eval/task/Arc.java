package org.llamadl4j.eval.task;

import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;

/** ARC (Clark et al., 2018): questions from science tests at school, easy ones and a challenge. */
@UtilityClass
public class Arc {

    /** The easy questions. */
    public Task easy() {
        return task("arc_easy", "ARC easy", "Easy");
    }

    /** The others. */
    public Task challenge() {
        return task("arc_challenge", "ARC challenge", "Challenge");
    }

    private Task task(String name, String title, String set) {
        String folder = "ARC-V1-Feb2018-2/ARC-%s/ARC-%s-".formatted(set, set);
        return RowTask.builder()
                .name(name)
                .title(title)
                .questions(file(name + ".jsonl", folder + "Test.jsonl"))
                .examples(Shots.zero(file(name + "_train.jsonl", folder + "Train.jsonl")))
                .asking(MultipleChoice.of((row, rule) -> ScienceQuestions.question(row, "Question: ", "\nAnswer:"))
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST)
                        .scored(Metric.harness("acc_norm"), ChoiceScoring.PER_CHARACTER))
                .build();
    }

    private RowSource file(String... names) {
        return RowSource.file(RowFormat.JSON_LINES, ScienceQuestions.FORM, names);
    }
}
