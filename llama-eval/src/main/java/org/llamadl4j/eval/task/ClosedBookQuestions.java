package org.llamadl4j.eval.task;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.metric.ClosedBookAnswer;
import org.llamadl4j.eval.metric.ExactMatch;
import org.llamadl4j.eval.metric.Measurement;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;

/** What NaturalQuestions and TriviaQA have in common: questions that are answered from memory. */
@UtilityClass
class ClosedBookQuestions {

    /** What introduces the paper's prompt. */
    final String PAPER_INTRODUCTION = "Answer these questions:\n";

    private static final Metric PAPER = Metric.paper("exact_match");
    private static final Metric HARNESS = Metric.harness("exact_match", "remove_whitespace");

    /** Beyond the answer the paper cuts the text anyway. */
    private static final Draw PAPER_DRAW = Draw.greedy(50, "\n");

    private static final Draw HARNESS_DRAW = Draw.greedy(256, "\n", ".", ",");

    /** {@code question} as the paper's prompt has it. */
    TextQuestion paperQuestion(String question, String workedAnswer, List<String> references) {
        return new TextQuestion("Q: " + question + "\nA:", " " + workedAnswer, references);
    }

    /** The paper's exact match. */
    TextScoring paper() {
        return TextScoring.of(PAPER_DRAW, (row, question, texts) -> {
            String answer = ClosedBookAnswer.cut(texts.get(0));
            boolean right =
                    question.references().stream().anyMatch(reference -> ClosedBookAnswer.matches(answer, reference));
            return Scored.of(PAPER, Measurement.of(right), answer);
        });
    }

    /** The harness's, which disregards what {@code match} does. */
    TextScoring harness(ExactMatch match) {
        return TextScoring.of(HARNESS_DRAW, (row, question, texts) -> {
            String answer = texts.get(0).strip();
            boolean right = question.references().stream().anyMatch(reference -> match.matches(answer, reference));
            return Scored.of(HARNESS, Measurement.of(right), answer);
        });
    }

    /** The paper's introduction; {@code harness} for the harness's. */
    String introduction(Rule rule, String harness) {
        return rule == Rule.PAPER ? PAPER_INTRODUCTION : harness;
    }
}
