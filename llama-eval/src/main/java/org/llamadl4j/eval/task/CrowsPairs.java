package org.llamadl4j.eval.task;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;

/** CrowS-Pairs (Nangia et al., 2020): which of two sentences is likelier, the one with a stereotype or the other. */
@UtilityClass
public class CrowsPairs {

    private static final String FORM =
            ",sent_more,sent_less,stereo_antistereo,bias_type,annotations,anon_writer,anon_annotators";
    private static final List<String> BIASES = List.of(
            "age",
            "disability",
            "gender",
            "nationality",
            "physical-appearance",
            "race-color",
            "religion",
            "sexual-orientation",
            "socioeconomic");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("crows_pairs")
                .title("CrowS-Pairs")
                .questions(RowSource.file(RowFormat.CSV, FORM, "crows_pairs.csv", "crows_pairs_anonymized.csv"))
                .groups(row -> List.of("crows_pairs_"
                        + BIASES.get(row.label("bias_type", BIASES)).replace('-', '_')))
                .examples(Shots.none())
                .asking(MultipleChoice.of((row, rule) -> question(row))
                        .scored(Metric.paper("pct_stereotype").lowerIsBetter(), ChoiceScoring.FIRST_LESS_PERPLEXING)
                        .scored(Metric.harness("pct_stereotype").lowerIsBetter(), ChoiceScoring.FIRST_LIKELIER)
                        .scored(Metric.harness("likelihood_diff").lowerIsBetter(), ChoiceScoring.DIFFERENCE))
                .build();
    }

    /** The sentence with more of the stereotype is in the first column whichever way the pair goes. */
    private ChoiceQuestion question(Row row) {
        return ChoiceQuestion.ofTexts(List.of(row.someText("sent_more"), row.someText("sent_less")), 0);
    }
}
