package org.llamadl4j.eval.task;

import java.util.List;
import java.util.Optional;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.ExactMatch;
import org.llamadl4j.eval.metric.Rule;

/** NaturalQuestions (Kwiatkowski et al., 2019), open (Lee et al., 2019): what people asked a search engine. */
@UtilityClass
public class NaturalQuestions {

    private static final String FORM = "{\"question\": \"...\", \"answer\": [texts]}";
    private static final ExactMatch MATCH = ExactMatch.ignoringPunctuation("\\b(?:The |the |An |A |The |a |an )");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("nq_open")
                .title("NaturalQuestions")
                .questions(RowSource.file(RowFormat.JSON_LINES, FORM, "nq-open-dev.jsonl", "NQ-open.dev.jsonl"))
                .examples(Shots.builder()
                        .pool(Optional.of(RowSource.file(
                                RowFormat.JSON_LINES, FORM, "nq-open-train.jsonl", "NQ-open.train.jsonl")))
                        .introduction(
                                (row, rule) -> ClosedBookQuestions.introduction(rule, "Answer these questions:\n\n"))
                        .separator(rule -> "\n")
                        .build())
                .asking(FreeText.of(NaturalQuestions::question)
                        .scored(Rule.PAPER, settings -> List.of(ClosedBookQuestions.paper()))
                        .scored(Rule.HARNESS, settings -> List.of(ClosedBookQuestions.harness(MATCH))))
                .build();
    }

    private TextQuestion question(Row row, Rule rule) {
        String question = row.someText("question");
        List<String> answers = row.texts("answer");
        return rule == Rule.PAPER
                ? ClosedBookQuestions.paperQuestion(question, answers.get(0), answers)
                : new TextQuestion("Q: " + question + "?\nA:", " " + answers.get(0), answers);
    }
}
