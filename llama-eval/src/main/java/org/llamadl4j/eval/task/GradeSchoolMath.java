package org.llamadl4j.eval.task;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.GradeSchoolAnswer;
import org.llamadl4j.eval.metric.MajorityVote;
import org.llamadl4j.eval.metric.Measurement;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;

/** GSM8K (Cobbe et al., 2021): word problems of grade school, worked out to a number. */
@UtilityClass
public class GradeSchoolMath {

    private static final String FORM = "{\"question\": \"...\", \"answer\": \"...\\n#### 12\"}";

    private static final Metric PAPER = Metric.paper("exact_match");
    private static final Metric STRICT = Metric.harness("exact_match", "strict-match");
    private static final Metric FLEXIBLE = Metric.harness("exact_match", "flexible-extract");

    private static final Draw DRAW = Draw.greedy(256, "Question:", "</s>", "<|im_end|>");

    /** The task. */
    public Task task() {
        return RowTask.builder()
                .name("gsm8k")
                .title("GSM8K")
                .questions(RowSource.file(RowFormat.JSON_LINES, FORM, "gsm8k-test.jsonl", "gsm8k/test.jsonl"))
                .examples(Shots.builder()
                        .paper(8)
                        .harness(5)
                        .pool(Optional.of(
                                RowSource.file(RowFormat.JSON_LINES, FORM, "gsm8k-train.jsonl", "gsm8k/train.jsonl")))
                        .build())
                .asking(FreeText.of((row, rule) -> question(row))
                        .scored(Rule.PAPER, GradeSchoolMath::paper)
                        .scored(Rule.HARNESS, settings -> List.of(TextScoring.of(DRAW, GradeSchoolMath::harness))))
                .build();
    }

    private TextQuestion question(Row row) {
        String answer = row.someText("answer");
        if (!GradeSchoolAnswer.isMarked(answer)
                || GradeSchoolAnswer.number(answer).isEmpty()) {
            throw row.wrong("field `answer` does not end in `#### ` and a number");
        }
        return new TextQuestion("Question: " + row.someText("question") + "\nAnswer:", " " + answer, List.of(answer));
    }

    private List<TextScoring> paper(TaskSettings settings) {
        List<TextScoring> ways = new ArrayList<>();
        ways.add(TextScoring.of(DRAW, (row, question, texts) -> vote(PAPER, question, texts)));
        if (settings.samples() > 1) {
            Metric majority = Metric.paper("maj@" + settings.samples());
            Draw draw = DRAW.majorityVote(settings.samples());
            ways.add(TextScoring.of(draw, (row, question, texts) -> vote(majority, question, texts)));
        }
        return ways;
    }

    /** The number that most of {@code texts} come to, or that one does. */
    private Scored vote(Metric metric, TextQuestion question, List<String> texts) {
        List<Optional<BigDecimal>> numbers =
                texts.stream().map(GradeSchoolAnswer::number).toList();
        Optional<BigDecimal> winner = MajorityVote.winner(numbers, GradeSchoolMath::same);
        BigDecimal right = GradeSchoolAnswer.number(question.target()).orElseThrow();
        return Scored.of(
                metric,
                Measurement.of(winner.isPresent() && same(winner.get(), right)),
                numbers.stream()
                        .map(number -> number.map(BigDecimal::toPlainString).orElse(""))
                        .toList());
    }

    /** 3 and 3.0 are the same. */
    private boolean same(BigDecimal a, BigDecimal b) {
        return a.compareTo(b) == 0;
    }

    private Scored harness(Row row, TextQuestion question, List<String> texts) {
        String strict = GradeSchoolAnswer.strict(texts.get(0));
        String flexible = GradeSchoolAnswer.flexible(texts.get(0));
        return Scored.all(List.of(
                Scored.of(STRICT, Measurement.of(GradeSchoolAnswer.harnessMatches(strict, question.target())), strict),
                Scored.of(
                        FLEXIBLE,
                        Measurement.of(GradeSchoolAnswer.harnessMatches(flexible, question.target())),
                        flexible)));
    }
}
