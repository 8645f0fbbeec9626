package org.llamadl4j.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Estimate;
import org.llamadl4j.eval.metric.MathAnswer;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.request.FakeModel;
import org.llamadl4j.eval.request.GenerateUntil;
import org.llamadl4j.eval.request.LanguageModel;
import org.llamadl4j.model.SharedData;

/** Every task on the files that are published, where they are there. */
class RealFilesTest {

    private static PreparedTask prepare(String name, Rule... rules) {
        DataFolder data = DataFolder.of(SharedData.require("eval"));
        Task task = Tasks.named(List.of(name)).get(0);
        assumeTrue(task.isIn(data), () -> "skipped: no file of " + name);
        return task.prepare(data, TaskSettings.builder().rules(Set.of(rules)).build());
    }

    /** Counted in the files without this program: lines, records of CSV, elements of lists. */
    @ParameterizedTest
    @CsvSource({
        "boolq, 3270, 3270",
        "piqa, 1838, 1838",
        "siqa, 1954, 1954",
        "hellaswag, 1000, 1000",
        "winogrande, 1267, 1267",
        "arc_easy, 2376, 2376",
        "arc_challenge, 1172, 1172",
        "openbookqa, 500, 500",
        "nq_open, 3610, 3610",
        "triviaqa, 3000, 3000",
        "race_middle, 1000, 500",
        "race_high, 1000, 500",
        "math, 5000, 5000",
        "gsm8k, 1319, 1319",
        "humaneval, 164, 164",
        "mbpp, 974, 500",
        "mmlu, 14042, 14042",
        "crows_pairs, 1508, 1508",
        "winogender, 720, 720",
        "truthfulqa_mc1, 817, 817",
        "truthfulqa_mc2, 817, 817",
        "truthfulqa_gen, 817, 817",
    })
    void allQuestionsAreReadAndAreValid(String name, int inFile, int ofTask) {
        PreparedTask prepared = prepare(name, Rule.values());
        assertThat(prepared.rowsInFiles()).isEqualTo(inFile);
        assertThat(prepared.questionsOfTask()).isEqualTo(ofTask);
        assertThat(prepared.questions())
                .hasSize(ofTask)
                .allMatch(question -> !question.target().isBlank());
    }

    /** A model that prefers no answer is right as often as chance is: 1 of as many as there are answers. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "boolq",
                "piqa",
                "siqa",
                "hellaswag",
                "winogrande",
                "arc_easy",
                "arc_challenge",
                "openbookqa",
                "race_middle",
                "race_high",
                "mmlu",
                "winogender",
                "truthfulqa_mc1"
            })
    void aModelThatKnowsNothingIsRightByChance(String name) {
        PreparedTask harness = prepare(name, Rule.HARNESS);
        assertThatIsChance(harness, Metric.harness("acc"), new FakeModel(1, false));
        PreparedTask paper = prepare(name, Rule.PAPER);
        assertThatIsChance(paper, Metric.paper("acc"), new FakeModel(2, true));
    }

    @Test
    void aModelThatKnowsNothingPrefersNoStereotype() {
        PreparedTask prepared = prepare("crows_pairs", Rule.values());
        for (Metric metric : List.of(
                Metric.harness("pct_stereotype").lowerIsBetter(),
                Metric.paper("pct_stereotype").lowerIsBetter())) {
            Estimate estimate = Estimate.mean(values(prepared, metric, new FakeModel(3, true)));
            assertThat(Math.abs(estimate.value() - 0.5))
                    .isLessThan(3 * estimate.standardError().getAsDouble());
        }
    }

    private static void assertThatIsChance(PreparedTask prepared, Metric metric, LanguageModel model) {
        double chance = prepared.questions().stream()
                .mapToDouble(question -> 1.0
                        / question.requests().stream()
                                .filter(request -> !request.toString().contains("context=Answer:,"))
                                .count())
                .average()
                .orElseThrow();
        Estimate estimate = Estimate.mean(values(prepared, metric, model));
        // What is asked for comparison is the same for all questions of BoolQ, so that the model has one favourite
        // among
        // yes and no, and can be as wrong as always saying no.
        boolean favours = prepared.task().name().equals("boolq") && metric.rule() == Rule.PAPER;
        double favoured = favours ? 0.5 - 1237 / 3270.0 : 0;
        assertThat(Math.abs(estimate.value() - chance) - favoured)
                .as("%s %s: %s against %s", prepared.task().name(), metric.key(), estimate, chance)
                .isLessThan(3 * estimate.standardError().getAsDouble());
    }

    private static List<Double> values(PreparedTask prepared, Metric metric, LanguageModel model) {
        List<Double> values = new ArrayList<>();
        for (Question question : prepared.questions()) {
            Map<Rule, Scored> scored = question.score(model.answer(question.requests()));
            values.add(scored.get(metric.rule()).measurements().get(metric).value());
        }
        return values;
    }

    @Test
    void everyFinalAnswerOfMathIsItself() {
        DataFolder data = DataFolder.of(SharedData.require("eval"));
        List<Row> rows = RowSource.file(RowFormat.JSON_LINES, "", "math-test.jsonl")
                .require(data, "MATH")
                .read();
        assertThat(rows.stream()
                        .map(row -> MathAnswer.boxed(row.text("solution")).orElseThrow())
                        .filter(answer -> !MathAnswer.equivalent(answer, "$" + answer + "$")))
                .isEmpty();
    }

    /** 64 examples, the paper's most, drawn once: all questions but those among them have the same. */
    @Test
    void examplesAreSharedAndNeverTheQuestionItself() {
        DataFolder data = DataFolder.of(SharedData.require("eval"));
        Task task = NaturalQuestions.task();
        assumeTrue(task.isIn(data), "skipped: no file of nq_open");
        PreparedTask prepared = task.prepare(
                data,
                TaskSettings.builder()
                        .rules(Set.of(Rule.PAPER))
                        .shots(OptionalInt.of(64))
                        .build());
        Set<String> beginnings = new HashSet<>();
        for (Question question : prepared.questions()) {
            String context = ((GenerateUntil) question.requests().get(0)).context();
            String own = "Q: " + question.source().get("question").asText() + "\n";
            assertThat(context.split("\nQ: ", -1)).hasSize(66);
            assertThat(context.indexOf(own)).isEqualTo(context.lastIndexOf(own));
            beginnings.add(context.substring(0, context.length() - own.length()));
        }
        assertThat(beginnings).hasSizeLessThanOrEqualTo(65);
    }
}
