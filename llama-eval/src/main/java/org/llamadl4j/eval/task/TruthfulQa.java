package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;

/**
 * TruthfulQA (Lin et al., 2022): questions that many people answer falsely. The authors' table gives each question a best
 * answer, right answers and wrong ones, of which answers to choose from are made; where the authors' file of answers to
 * choose from is there, it is read instead.
 */
@UtilityClass
public class TruthfulQa {

    private static final String TABLE_FORM =
            "Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers,Source";
    private static final String CHOICES_FORM =
            "{\"question\": \"...\", \"mc1_targets\": {\"ANSWER\": 1, \"ANSWER\": 0},"
                    + " \"mc2_targets\": {\"ANSWER\": 1, \"ANSWER\": 0}}";

    private static final String JUDGED = "the texts are saved for a judge";

    /** Six questions with answers, by the authors, before every question; the file ends in a line break. */
    private static final String PROMPT = Resource.text(TruthfulQa.class, "truthfulqa-prompt.txt");

    private static final RowSource TABLE =
            RowSource.file(RowFormat.CSV, TABLE_FORM, "truthfulqa.csv", "TruthfulQA.csv");
    private static final RowSource CHOICES =
            RowSource.firstOf(RowSource.file(RowFormat.JSON_ARRAY, CHOICES_FORM, "mc_task.json"), TABLE);

    private static final Draw DRAW = Draw.greedy(50, "\n");

    /** MC1: the best answer among wrong ones. */
    public Task best() {
        return RowTask.builder()
                .name("truthfulqa_mc1")
                .title("TruthfulQA MC1")
                .questions(CHOICES)
                .examples(Shots.none())
                .asking(MultipleChoice.of((row, rule) -> row.has("mc1_targets")
                                ? fromTargets(row, "mc1_targets")
                                : fromTable(
                                        row, List.of(row.someText("Best Answer").strip())))
                        .scored(Metric.paper("acc"), ChoiceScoring.PER_CHARACTER)
                        .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST))
                .build();
    }

    /** MC2: how much of the probability the right answers have. */
    public Task right() {
        return RowTask.builder()
                .name("truthfulqa_mc2")
                .title("TruthfulQA MC2")
                .questions(CHOICES)
                .examples(Shots.none())
                .asking(MultipleChoice.of((row, rule) -> row.has("mc2_targets")
                                ? fromTargets(row, "mc2_targets")
                                : fromTable(row, answers(row, "Correct Answers")))
                        .scored(Metric.harness("acc"), ChoiceScoring.SHARE_OF_RIGHT))
                .build();
    }

    /** Answers in the model's own words, which only a judge can score. */
    public Task generation() {
        return RowTask.builder()
                .name("truthfulqa_gen")
                .title("TruthfulQA generation")
                .questions(TABLE)
                .examples(Shots.none())
                .asking(FreeText.of((row, rule) ->
                                new TextQuestion(prompt(row.someText("Question")), "", answers(row, "Correct Answers")))
                        .scored(Rule.PAPER, settings -> List.of(TextScoring.saved(DRAW, JUDGED))))
                .build();
    }

    private String prompt(String question) {
        return PROMPT + "\nQ: " + question.strip() + "\nA:";
    }

    private ChoiceQuestion fromTable(Row row, List<String> right) {
        Set<String> all = new LinkedHashSet<>(right);
        all.addAll(answers(row, "Incorrect Answers"));
        return ChoiceQuestion.of(
                prompt(row.someText("Question")),
                List.copyOf(all),
                IntStream.range(0, right.size()).boxed().collect(Collectors.toSet()));
    }

    private ChoiceQuestion fromTargets(Row row, String field) {
        Row targets = row.inner(field);
        List<String> answers = new ArrayList<>();
        targets.fields().fieldNames().forEachRemaining(answers::add);
        Set<Integer> right = IntStream.range(0, answers.size())
                .filter(i -> targets.truth(answers.get(i)))
                .boxed()
                .collect(Collectors.toSet());
        if (right.isEmpty()) {
            throw row.wrong("field `%s` has no right answer, one with 1", field);
        }
        return ChoiceQuestion.of(prompt(row.someText("question")), answers, right);
    }

    /** Answers that semicolons part. */
    private List<String> answers(Row row, String field) {
        List<String> answers = Stream.of(row.text(field).split(";"))
                .map(String::strip)
                .filter(answer -> !answer.isEmpty())
                .distinct()
                .toList();
        if (answers.isEmpty()) {
            throw row.wrong("field `%s` has no answer", field);
        }
        return answers;
    }
}
