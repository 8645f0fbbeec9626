package org.llamadl4j.eval.task;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.ClosedBookAnswer;
import org.llamadl4j.eval.metric.ExactMatch;
import org.llamadl4j.eval.metric.GradeSchoolAnswer;
import org.llamadl4j.eval.metric.MathAnswer;
import org.llamadl4j.eval.metric.Measurement;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.metric.Rule;

/** A user's own task, in a YAML file: {@code docs/evaluation.md} has its keys. */
@UtilityClass
public class YamlTask {

    private static final String CHOICE = "choice";
    private static final String GENERATE = "generate";
    private static final String PERPLEXITY = "perplexity";

    private static final List<String> COMMON = List.of("name", "title", "version", "kind", "files", "format", "group");
    private static final List<String> SHOTS = List.of("shots", "shot-files", "introduction", "separator");
    private static final List<String> OF_CHOICE = List.of("prompt", "choices", "right", "labels", "unconditional");
    private static final List<String> OF_GENERATE = List.of("prompt", "answers", "stops", "max-new-tokens", "match");
    private static final List<String> OF_PERPLEXITY = List.of("text");

    private static final int MAX_SHOTS = 1000;
    private static final int MAX_NEW_TOKENS = 1 << 16;

    /** Whether {@code name} is that of such a file, rather than of a task. */
    public boolean isOne(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".yaml") || lower.endsWith(".yml");
    }

    /** The task in {@code file}. */
    public Task read(Path file) {
        YamlFields yaml = YamlFields.read(file);
        String kind = yaml.choice("kind", List.of(CHOICE, GENERATE, PERPLEXITY));
        String name = yaml.text("name");
        if (!name.matches("[a-z0-9_]+")) {
            throw yaml.wrong("`name` is %s; it must be of small letters, digits and underscores".formatted(name));
        }
        Optional<String> group = yaml.optionalText("group");
        RowTask.RowTaskBuilder task = RowTask.builder()
                .name(name)
                .title(yaml.optionalText("title").orElse(name))
                .promptVersion(yaml.number("version", 1, 1, Integer.MAX_VALUE))
                .questions(source(yaml, "files"))
                .groups(row -> group.map(field -> List.of(name + "_" + slug(row.someText(field))))
                        .orElse(List.of()));
        switch (kind) {
            case CHOICE -> task.asking(choice(yaml)).examples(shots(yaml));
            case GENERATE -> task.asking(generate(yaml)).examples(shots(yaml));
            default -> task.asking(perplexity(yaml)).examples(Shots.none());
        }
        return task.build();
    }

    private Asking choice(YamlFields yaml) {
        yaml.allowOnly(keys(SHOTS, OF_CHOICE));
        Template prompt = new Template(yaml.text("prompt"));
        Function<Row, List<String>> choices = choices(yaml);
        String right = yaml.text("right");
        List<String> labels = yaml.texts("labels");
        ChoiceScoring paper =
                yaml.truth("unconditional") ? ChoiceScoring.AGAINST_UNCONDITIONAL : ChoiceScoring.PER_CHARACTER;
        return MultipleChoice.of((row, rule) -> {
                    List<String> answers = choices.apply(row);
                    if (!labels.isEmpty() && labels.size() != answers.size()) {
                        throw row.wrong("there are %d answers, but %d labels", answers.size(), labels.size());
                    }
                    int index = labels.isEmpty() ? row.index(right, answers.size()) : row.label(right, labels);
                    return ChoiceQuestion.of(prompt.fill(row), answers, index);
                })
                .scored(Metric.paper("acc"), paper)
                .scored(Metric.harness("acc"), ChoiceScoring.LIKELIEST)
                .scored(Metric.harness("acc_norm"), ChoiceScoring.PER_CHARACTER);
    }

    /** A list has a text for each answer; a text names the field that has them. */
    private Function<Row, List<String>> choices(YamlFields yaml) {
        if (!yaml.isList("choices")) {
            String field = yaml.text("choices");
            return row -> row.texts(field);
        }
        List<Template> templates =
                yaml.texts("choices").stream().map(Template::new).toList();
        if (templates.size() < 2) {
            throw yaml.wrong("`choices` must be two answers or more, or the name of a field that has them");
        }
        return row -> templates.stream().map(template -> template.fill(row)).toList();
    }

    private Asking generate(YamlFields yaml) {
        yaml.allowOnly(keys(SHOTS, OF_GENERATE));
        Template prompt = new Template(yaml.text("prompt"));
        String answers = yaml.text("answers");
        List<String> stops = yaml.texts("stops").isEmpty() ? List.of("\n") : yaml.texts("stops");
        if (stops.contains("")) {
            throw yaml.wrong("`stops` has an empty text, which would end every answer at once");
        }
        Draw draw = Draw.greedy(yaml.number("max-new-tokens", 256, 1, MAX_NEW_TOKENS), stops.toArray(String[]::new));
        ExactMatch harness = ExactMatch.ignoringPunctuation();
        BiPredicate<String, String> paper = switch (yaml.choice("match", List.of("exact", "number", "math"))) {
            case "number" -> YamlTask::sameNumber;
            case "math" -> YamlTask::sameMath;
            default -> ClosedBookAnswer::matches;
        };
        return FreeText.of((row, rule) -> {
                    List<String> references =
                            row.fields().path(answers).isArray() ? row.texts(answers) : List.of(row.text(answers));
                    return new TextQuestion(prompt.fill(row), " " + references.get(0), references);
                })
                .scored(Rule.PAPER, settings -> List.of(scoring(Metric.paper("exact_match"), draw, paper)))
                .scored(
                        Rule.HARNESS,
                        settings -> List.of(scoring(Metric.harness("exact_match"), draw, harness::matches)));
    }

    private TextScoring scoring(Metric metric, Draw draw, BiPredicate<String, String> match) {
        return TextScoring.of(draw, (row, question, texts) -> {
            String answer = texts.get(0).strip();
            boolean right = question.references().stream().anyMatch(reference -> match.test(answer, reference));
            return Scored.of(metric, Measurement.of(right), answer);
        });
    }

    private boolean sameNumber(String answer, String reference) {
        return GradeSchoolAnswer.number(reference)
                .flatMap(right -> GradeSchoolAnswer.number(answer).map(number -> number.compareTo(right) == 0))
                .orElse(false);
    }

    private boolean sameMath(String answer, String reference) {
        return MathAnswer.equivalent(MathAnswer.inSentenceOrBox(answer).orElse(answer), reference);
    }

    private Asking perplexity(YamlFields yaml) {
        yaml.allowOnly(keys(List.of(), OF_PERPLEXITY));
        return new WholeText(new Template(yaml.text("text"))::fill);
    }

    private Shots shots(YamlFields yaml) {
        int count = yaml.number("shots", 0, 0, MAX_SHOTS);
        String introduction = yaml.optionalText("introduction").orElse("");
        String separator = yaml.optionalText("separator").orElse("\n\n");
        return Shots.builder()
                .paper(count)
                .harness(count)
                .pool(yaml.texts("shot-files").isEmpty() ? Optional.empty() : Optional.of(source(yaml, "shot-files")))
                .introduction((row, rule) -> introduction)
                .separator(rule -> separator)
                .build();
    }

    private RowSource source(YamlFields yaml, String key) {
        List<String> names = yaml.texts(key);
        if (names.isEmpty()) {
            throw yaml.wrong("`%s` is missing: the names that the file may have in the data folder".formatted(key));
        }
        String ending = names.get(0).replaceFirst("\\.gz$", "").replaceFirst(".*\\.", "");
        RowFormat format = switch (yaml.optionalText("format").orElse(ending)) {
            case "jsonl" -> RowFormat.JSON_LINES;
            case "json" -> RowFormat.JSON_ARRAY;
            case "csv" -> RowFormat.CSV;
            case "tsv" -> RowFormat.TSV;
            default -> throw yaml.wrong("`format` must be one of jsonl, json, csv, tsv");
        };
        return RowSource.file(
                format, "what the task in %s asks for".formatted(yaml.file()), names.toArray(String[]::new));
    }

    private List<String> keys(List<String> more, List<String> evenMore) {
        return Stream.of(COMMON, more, evenMore).flatMap(List::stream).toList();
    }

    private String slug(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
    }
}
