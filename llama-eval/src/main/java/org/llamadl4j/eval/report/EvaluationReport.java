package org.llamadl4j.eval.report;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.eval.metric.Estimate;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.report.PaperTable.Line;
import org.llamadl4j.eval.report.Report.Section;
import org.llamadl4j.eval.result.EvaluationResult;
import org.llamadl4j.eval.result.Score;
import org.llamadl4j.eval.result.TaskResult;

/** What an evaluation came to, beside the paper's table. */
@RequiredArgsConstructor
public final class EvaluationReport {

    private static final String NONE = "–";

    /** Scores that are shares, which people read in per cent. */
    private static final Set<String> SHARES =
            Set.of("acc", "acc_norm", "exact_match", "pass@1", "pass_at_1", "pct_stereotype");

    private final EvaluationResult result;

    /** The report of {@code result}. */
    public static Report of(EvaluationResult result) {
        EvaluationReport report = new EvaluationReport(result);
        return new Report(
                "Evaluation of " + result.model().name(),
                report.lead(),
                List.of(report.besidePaper(false), report.allScores(), report.asked()));
    }

    /** The paper's table alone, and of it the lines that {@code result} has something to say about. */
    public static Report.Section table(EvaluationResult result) {
        return new EvaluationReport(result).besidePaper(true);
    }

    private String lead() {
        return "%d tasks, %,d questions, on %s.%s"
                .formatted(
                        result.tasks().size(),
                        result.tasks().stream()
                                .mapToInt(task -> task.samples().size())
                                .sum(),
                        DateTimeFormatter.ISO_LOCAL_DATE.format(result.started().atOffset(ZoneOffset.UTC)),
                        result.settings().limit().isPresent()
                                ? " At most %d questions of each task or part were asked: the scores are of these alone."
                                        .formatted(result.settings().limit().getAsInt())
                                : "");
    }

    // ---------------------------------------------------------------- the paper's table

    private Section besidePaper(boolean askedOnly) {
        List<String> columns = new ArrayList<>(List.of("benchmark", "measure", "shots"));
        columns.addAll(PaperTable.SIZES);
        columns.addAll(List.of("this model", "by the harness's rule"));
        List<List<String>> rows = new ArrayList<>();
        Set<String> shown = new HashSet<>();
        for (Line line : PaperTable.lines()) {
            if (!askedOnly || find(line.task()).isPresent()) {
                rows.add(row(line, shown));
            }
            otherShots(line).ifPresent(rows::add);
        }
        for (TaskResult task : result.tasks()) {
            if (shown.add(name(task))) {
                List<String> row =
                        new ArrayList<>(List.of(task.prepared().task().title(), "", harnessShots(task)));
                PaperTable.SIZES.forEach(size -> row.add(NONE));
                row.add(ofTask(task, Rule.PAPER));
                row.add(ofTask(task, Rule.HARNESS));
                rows.add(row);
            }
        }
        return new Section(
                "Beside the paper's models",
                "7B to 65B: as Touvron et al. (2023) report them. This model: by the paper's rule, with its standard error."
                        + " By the harness's rule: the same questions as the lm-evaluation-harness asks and scores them;"
                        + " compare that with figures of the harness, not with the paper's.",
                columns,
                2,
                rows,
                true);
    }

    private List<String> row(Line line, Set<String> shown) {
        List<String> row = new ArrayList<>(List.of(line.benchmark(), line.measure(), String.valueOf(line.shots())));
        line.values().forEach(value -> row.add(value.isEmpty() ? NONE : value));
        Optional<TaskResult> task = find(line.task());
        row.add(task.map(found -> own(found, line)).orElse(NONE));
        row.add(task.filter(found -> shown.add(name(found)))
                .map(found -> ofTask(found, Rule.HARNESS))
                .orElse(""));
        return row;
    }

    private String own(TaskResult task, Line line) {
        if (task.prepared().notScored().containsKey(Rule.PAPER)) {
            return "not scored";
        }
        if (shots(task) != line.shots()) {
            return NONE;
        }
        return score(task, line).map(score -> written(score, line.scale())).orElse(NONE);
    }

    /** A line of its own for a number of worked examples that the paper does not have, after the last that it has. */
    private Optional<List<String>> otherShots(Line line) {
        Optional<TaskResult> task = find(line.task());
        List<Line> sameMeasure = PaperTable.lines().stream()
                .filter(other ->
                        other.task().equals(line.task()) && other.metric().equals(line.metric()))
                .toList();
        if (task.isEmpty()
                || !line.equals(sameMeasure.get(sameMeasure.size() - 1))
                || sameMeasure.stream().anyMatch(other -> other.shots() == shots(task.get()))) {
            return Optional.empty();
        }
        return score(task.get(), line).map(score -> {
            List<String> row =
                    new ArrayList<>(List.of(line.benchmark(), line.measure(), String.valueOf(shots(task.get()))));
            line.values().forEach(value -> row.add(NONE));
            row.add(written(score, line.scale()));
            row.add("");
            return row;
        });
    }

    private Optional<Score> score(TaskResult task, Line line) {
        return task.scores().stream()
                .filter(score -> score.of().equals(name(task))
                        && line.isMeasuredBy(score.metric().key()))
                .findFirst();
    }

    /** All scores of the whole task by {@code rule}. */
    private static String ofTask(TaskResult task, Rule rule) {
        if (task.prepared().notScored().containsKey(rule)) {
            return "not scored";
        }
        String scores = task.scores().stream()
                .filter(score -> score.of().equals(name(task)) && score.metric().rule() == rule)
                .map(score -> label(score.metric()) + " " + written(score, scale(score.metric())))
                .collect(Collectors.joining(", "));
        return scores.isEmpty() ? NONE : scores;
    }

    // ---------------------------------------------------------------- every score

    private Section allScores() {
        List<List<String>> rows = new ArrayList<>();
        for (TaskResult task : result.tasks()) {
            for (Score score : task.scores()) {
                Estimate estimate = score.estimate();
                rows.add(List.of(
                        score.of(),
                        score.metric().rule().toString(),
                        score.metric().key(),
                        String.format(Locale.ROOT, "%.4f", estimate.value()),
                        estimate.standardError().isPresent()
                                ? String.format(
                                        Locale.ROOT,
                                        "%.4f%s",
                                        estimate.standardError().getAsDouble(),
                                        score.pooled() ? " (pooled)" : "")
                                : NONE,
                        String.valueOf(estimate.count()),
                        String.valueOf(
                                task.prepared().shots().get(score.metric().rule()))));
            }
            new TreeMap<>(task.prepared().notScored())
                    .forEach((rule, why) -> rows.add(List.of(
                            name(task),
                            rule.toString(),
                            "not scored: " + why,
                            NONE,
                            NONE,
                            String.valueOf(task.samples().size()),
                            String.valueOf(task.prepared().shots().get(rule)))));
        }
        return new Section(
                "Every score",
                "Standard errors are s/√n over questions; those of groups pool the variance inside their parts, as the"
                        + " harness does.",
                List.of("task or part", "rule", "metric", "score", "standard error", "questions", "shots"),
                3,
                rows,
                false);
    }

    // ---------------------------------------------------------------- what was asked

    private Section asked() {
        List<List<String>> rows = new ArrayList<>();
        for (TaskResult task : result.tasks()) {
            Map<String, String> files = task.files();
            rows.add(List.of(
                    name(task),
                    files.size() <= 3 ? String.join(", ", files.keySet()) : files.size() + " files",
                    task.dataDigest(),
                    String.valueOf(task.prepared().task().promptVersion()),
                    "%d of %d".formatted(task.samples().size(), task.prepared().questionsOfTask())));
        }
        return new Section(
                "What was asked",
                "Model digest: %s. Seed %d; %d answers where several can count."
                        .formatted(
                                result.model().sha256().orElse("unknown"),
                                result.settings().seed(),
                                result.settings().samples()),
                List.of("task", "files", "SHA-256", "prompt version", "questions"),
                3,
                rows,
                false);
    }

    // ---------------------------------------------------------------- figures

    private Optional<TaskResult> find(String task) {
        return result.tasks().stream()
                .filter(candidate -> name(candidate).equals(task))
                .findFirst();
    }

    private static String name(TaskResult task) {
        return task.prepared().task().name();
    }

    private static int shots(TaskResult task) {
        return task.prepared().shots().getOrDefault(Rule.PAPER, -1);
    }

    private static String harnessShots(TaskResult task) {
        return Stream.of(Rule.HARNESS, Rule.PAPER)
                .filter(task.prepared().shots()::containsKey)
                .map(rule -> String.valueOf(task.prepared().shots().get(rule)))
                .findFirst()
                .orElse(NONE);
    }

    private static String label(Metric metric) {
        boolean plain = metric.filter().equals("none") || metric.rule() == Rule.PAPER;
        return plain ? metric.name() : metric.name() + " (" + metric.filter() + ")";
    }

    private static int scale(Metric metric) {
        return SHARES.contains(metric.name())
                        || metric.name().startsWith("maj@")
                        || metric.name().startsWith("pass@")
                ? 100
                : 1;
    }

    private static String written(Score score, int scale) {
        String format = scale == 1 ? "%.3f" : "%.1f";
        String value =
                String.format(Locale.ROOT, format, scale * score.estimate().value());
        return score.estimate().standardError().isPresent()
                ? value + " ± "
                        + String.format(
                                Locale.ROOT,
                                format,
                                scale * score.estimate().standardError().getAsDouble())
                : value;
    }
}
