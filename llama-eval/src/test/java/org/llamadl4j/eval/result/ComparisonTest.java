package org.llamadl4j.eval.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.metric.Significance;
import org.llamadl4j.eval.request.LanguageModel;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.request.Response;
import org.llamadl4j.eval.result.Comparison.Difference;
import org.llamadl4j.eval.task.TaskSettings;
import org.llamadl4j.eval.task.Tasks;
import org.llamadl4j.model.error.UserError;

class ComparisonTest {

    private static final int QUESTIONS = 40;

    @TempDir
    private Path root;

    private DataFolder data;

    /** Questions whose right answer is always the second. */
    @BeforeEach
    void writeQuestions() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < QUESTIONS; i++) {
            lines.append(
                    "{\"query\": \"Question: number %d?\", \"choices\": [\"aa\", \"bb\"], \"gold\": 1}\n".formatted(i));
        }
        Files.writeString(root.resolve("arc_easy.jsonl"), lines);
        data = DataFolder.of(root);
    }

    /** A model that is right on the first {@code right} questions. */
    private static LanguageModel knowing(int right) {
        return requests -> requests.stream()
                .<Response>map(request -> {
                    LogLikelihood asked = (LogLikelihood) request;
                    int number = Integer.parseInt(asked.context().replaceAll("\\D+", ""));
                    boolean likely = asked.continuation().equals(number < right ? " bb" : " aa");
                    return new Likelihood(likely ? -1 : -2, 1, likely);
                })
                .toList();
    }

    private Path evaluate(String folder, int right, TaskSettings settings) {
        Evaluation evaluation = new Evaluation(data, settings);
        ResultFile.write(
                evaluation.run(Tasks.named(List.of("arc_easy")), knowing(right), ModelIdentity.named(folder)),
                root.resolve(folder));
        return root.resolve(folder);
    }

    private Path evaluate(String folder, int right) {
        return evaluate(folder, right, TaskSettings.builder().build());
    }

    private static Difference accuracy(Comparison comparison) {
        return comparison.differences().stream()
                .filter(difference -> difference.first().key().equals("acc,none"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theSameQuestionsAreComparedOneByOne() {
        Difference difference = accuracy(Comparison.of(evaluate("a", 20), evaluate("b", 26)));
        assertThat(difference.first().value()).isEqualTo(0.5);
        assertThat(difference.second().value()).isEqualTo(0.65);
        assertThat(difference.significance().test()).isEqualTo(Significance.Test.MCNEMAR);
        assertThat(difference.significance().pairs()).isEqualTo(QUESTIONS);
        assertThat(difference.significance().p()).isCloseTo(2 / 64.0, within(1e-12)); // 6 to 0
        assertThat(difference.warnings()).isEmpty();
    }

    @Test
    void withoutSamplesTheScoresAloneAreCompared() throws IOException {
        Path a = evaluate("a", 20);
        Path b = evaluate("b", 26);
        Files.delete(b.resolve("samples_arc_easy.jsonl"));
        Difference difference = accuracy(Comparison.of(a, b));
        assertThat(difference.significance().test()).isEqualTo(Significance.Test.UNPAIRED_Z);
        double error = Math.hypot(Math.sqrt(0.25 / 39), Math.sqrt(0.65 * 0.35 / 39));
        assertThat(difference.significance().p())
                .isBetween(0.17, 0.18)
                .isCloseTo(2 * (1 - normal(0.15 / error)), within(1e-6));
    }

    /** The normal distribution by the trapezoidal rule, which Comparison does not use. */
    private static double normal(double z) {
        double sum = 0;
        int steps = 100_000;
        for (int i = 0; i <= steps; i++) {
            double x = z * i / steps;
            sum += (i == 0 || i == steps ? 0.5 : 1) * Math.exp(-x * x / 2);
        }
        return 0.5 + sum * z / steps / Math.sqrt(2 * Math.PI);
    }

    @Test
    void whatCannotBeComparedIsSaid() throws IOException {
        Path all = evaluate("all", 20);
        Path some = evaluate(
                "some", 20, TaskSettings.builder().limit(OptionalInt.of(30)).build());
        assertThat(accuracy(Comparison.of(all, some)).warnings())
                .containsExactly("30 questions in common, of 40 and 30");
        Path cut = evaluate("cut", 20);
        Path samples = cut.resolve("samples_arc_easy.jsonl");
        Files.writeString(samples, Files.readString(samples).substring(0, 3000));
        assertThatThrownBy(() -> Comparison.of(all, cut))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("samples_arc_easy.jsonl, line ")
                .hasMessageContaining("cut short");
        Files.writeString(root.resolve("arc_easy.jsonl"), "\n", StandardOpenOption.APPEND);
        assertThat(accuracy(Comparison.of(all, evaluate("otherFile", 20))).warnings())
                .containsExactly("different files");
    }
}
