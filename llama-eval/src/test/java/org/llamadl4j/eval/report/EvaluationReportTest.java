package org.llamadl4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.report.PaperTable.Line;
import org.llamadl4j.eval.request.FakeModel;
import org.llamadl4j.eval.result.Evaluation;
import org.llamadl4j.eval.result.EvaluationResult;
import org.llamadl4j.eval.result.ModelIdentity;
import org.llamadl4j.eval.task.Fixtures;
import org.llamadl4j.eval.task.Task;
import org.llamadl4j.eval.task.TaskSettings;
import org.llamadl4j.eval.task.Tasks;
import org.xml.sax.InputSource;

class EvaluationReportTest {

    @TempDir
    private Path root;

    private Report report(List<String> tasks, TaskSettings settings) {
        DataFolder data = Fixtures.suite(root);
        EvaluationResult result = new Evaluation(data, settings)
                .run(Tasks.named(tasks), new FakeModel(7, true), ModelIdentity.named("a <b> & c"));
        return EvaluationReport.of(result);
    }

    private static List<String> row(Report report, String... beginning) {
        return report.sections().get(0).rows().stream()
                .filter(row -> row.subList(0, beginning.length).equals(Arrays.asList(beginning)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void thePapersTableIsWhole() {
        List<Line> lines = PaperTable.lines();
        assertThat(lines).hasSize(33);
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.values()).hasSize(4);
            Task task = Tasks.named(List.of(line.task())).get(0);
            assertThat(task.name()).isEqualTo(line.task());
        });
        assertThat(lines)
                .filteredOn(line -> line.benchmark().equals("MMLU"))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.values()).containsExactly("35.1", "46.9", "57.8", "63.4");
                    assertThat(line.shots()).isEqualTo(5);
                });
    }

    @Test
    void thisModelStandsBesideThePapers() {
        Report report = report(List.of("all"), TaskSettings.builder().build());
        assertThat(row(report, "ARC easy").subList(2, 7)).containsExactly("0", "72.8", "74.8", "80.0", "78.9");
        assertThat(row(report, "ARC easy").get(7)).matches("[\\d.]+ ± [\\d.]+");
        assertThat(row(report, "ARC easy").get(8)).matches("acc [\\d.]+ ± [\\d.]+, acc_norm [\\d.]+ ± [\\d.]+");
        assertThat(row(report, "GSM8K").get(8)).contains("exact_match (flexible-extract) ");
        assertThat(row(report, "GSM8K", "majority vote").get(7)).isEqualTo("–");
        assertThat(row(report, "HumanEval", "pass@1").get(7)).isEqualTo("not scored");
        assertThat(row(report, "TruthfulQA", "truthful").get(7)).isEqualTo("not scored");
        assertThat(row(report, "CrowS-Pairs").subList(3, 7)).containsExactly("–", "–", "–", "66.6");
        assertThat(row(report, "NaturalQuestions", "exact match", "0").get(7)).contains("±");
        assertThat(row(report, "NaturalQuestions", "exact match", "5").get(7)).isEqualTo("–");
        assertThat(row(report, "TruthfulQA MC1").get(8)).startsWith("acc ");
    }

    @Test
    void aNumberOfExamplesThatThePaperDoesNotHaveIsALineOfItsOwn() {
        Report report = report(
                List.of("nq_open", "arc_easy"),
                TaskSettings.builder().shots(OptionalInt.of(2)).build());
        assertThat(row(report, "NaturalQuestions", "exact match", "1").get(7)).isEqualTo("–");
        assertThat(row(report, "NaturalQuestions", "exact match", "2").get(7)).contains("±");
        assertThat(row(report, "ARC easy", "accuracy", "0").get(7)).isEqualTo("–");
        assertThat(row(report, "ARC easy", "accuracy", "2").get(7)).contains("±");
        assertThat(row(report, "BoolQ").get(7)).isEqualTo("–");
    }

    @Test
    void isMarkdown() {
        String text = MarkdownReport.write(
                report(List.of("arc_easy"), TaskSettings.builder().build()));
        assertThat(text)
                .startsWith("# Evaluation of a &lt;b> & c\n\n1 tasks, 3 questions, on ")
                .contains("| benchmark | measure | shots | 7B | 13B | 33B | 65B | this model |")
                .contains("| --- | --- | ---: |")
                .contains("| ARC easy | accuracy | 0 | 72.8 | 74.8 | 80.0 | 78.9 | ")
                .contains("| arc_easy | harness | acc_norm,none | ");
    }

    /** With {@code -Dreport.keep} the page is left in {@code target} to be looked at. */
    @Test
    void isAWholePage() throws Exception {
        String page =
                HtmlReport.write(report(List.of("all"), TaskSettings.builder().build()));
        String body = page.substring(page.indexOf('\n'));
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(body)));
        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .contains("<title>Evaluation of a &lt;b&gt; &amp; c</title>")
                .contains("<td class=\"number own\">");
        if (Boolean.getBoolean("report.keep")) {
            Files.writeString(Path.of("target", "report.html"), page);
        }
    }
}
