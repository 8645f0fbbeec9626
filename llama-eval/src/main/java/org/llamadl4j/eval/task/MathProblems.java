package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.MajorityVote;
import org.llamadl4j.eval.metric.MathAnswer;
import org.llamadl4j.eval.metric.Measurement;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;

/** MATH (Hendrycks et al., 2021): problems of competitions, worked out in LaTeX. */
@UtilityClass
public class MathProblems {

    private static final String FORM =
            "{\"problem\": \"...\", \"type\": \"Algebra\", \"solution\": \"... $\\\\boxed{12}$ ...\"}";

    private static final Metric PAPER = Metric.paper("exact_match");
    private static final Metric HARNESS = Metric.harness("exact_match");

    private static final Draw PAPER_DRAW = Draw.greedy(512, "Problem:");
    private static final Draw HARNESS_DRAW = Draw.greedy(256, "Problem:");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("math")
                .title("MATH")
                .questions(RowSource.file(RowFormat.JSON_LINES, FORM, "math-test.jsonl"))
                .groups(row -> List.of("math_" + subject(row)))
                .pooled(true)
                .examples(Shots.builder()
                        .paper(4)
                        .harness(4)
                        .pool(Optional.of(RowSource.firstOf(
                                RowSource.file(RowFormat.JSON_LINES, FORM, "math-shots.jsonl"),
                                RowSource.resource(
                                        RowFormat.JSON_LINES, FORM, MathProblems.class, "math-shots.jsonl"))))
                        .inOrder(true)
                        .build())
                .asking(FreeText.of((row, rule) -> question(row))
                        .scored(Rule.PAPER, MathProblems::paper)
                        .scored(
                                Rule.HARNESS,
                                settings -> List.of(TextScoring.of(
                                        HARNESS_DRAW,
                                        (row, question, texts) -> scored(
                                                HARNESS, question, List.of(MathAnswer.inSentence(texts.get(0))))))))
                .build();
    }

    private String subject(Row row) {
        return row.someText("type").toLowerCase(Locale.ROOT).replace("&", "and").replaceAll("[^a-z]+", "_");
    }

    /** The reference is the whole solution, the worked answer ends as a Minerva prompt lets it end. */
    private TextQuestion question(Row row) {
        String solution = row.someText("solution");
        String answer = MathAnswer.boxed(solution)
                .orElseThrow(() -> row.wrong("field `solution` has no answer in a \\boxed{}"));
        return new TextQuestion(
                "Problem:\n" + row.someText("problem") + "\n\nSolution:",
                " " + solution + "\nFinal Answer: The final answer is $" + answer + "$. I hope it is correct.",
                List.of(answer));
    }

    private List<TextScoring> paper(TaskSettings settings) {
        List<TextScoring> ways = new ArrayList<>();
        ways.add(TextScoring.of(PAPER_DRAW, (row, question, texts) -> vote(PAPER, question, texts)));
        if (settings.samples() > 1) {
            Metric majority = Metric.paper("maj@" + settings.samples());
            ways.add(TextScoring.of(
                    PAPER_DRAW.majorityVote(settings.samples()),
                    (row, question, texts) -> vote(majority, question, texts)));
        }
        return ways;
    }

    private Scored vote(Metric metric, TextQuestion question, List<String> texts) {
        return scored(
                metric,
                question,
                texts.stream().map(MathAnswer::inSentenceOrBox).toList());
    }

    private Scored scored(Metric metric, TextQuestion question, List<Optional<String>> answers) {
        boolean right = MajorityVote.winner(answers, MathAnswer::equivalent)
                .filter(answer -> MathAnswer.equivalent(answer, question.target()))
                .isPresent();
        List<String> extracted =
                answers.stream().map(answer -> answer.orElse("")).toList();
        return Scored.of(metric, Measurement.of(right), extracted);
    }
}
