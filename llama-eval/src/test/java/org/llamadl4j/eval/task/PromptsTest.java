package org.llamadl4j.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.request.GenerateUntil;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;
import org.llamadl4j.eval.request.Sampling;

/**
 * What models are asked, to the letter: files of {@code golden}, which people have read. {@code -Dgolden.update} writes
 * them anew.
 */
class PromptsTest {

    private static final Path GOLDEN = Path.of("src/test/resources/org/llamadl4j/eval/task/golden");

    @TempDir
    private Path root;

    static Stream<String> names() {
        return Tasks.all().stream().map(Task::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void asSuitesPublishTheFiles(String name) throws IOException {
        compare(name, name, Fixtures.suite(root), TaskSettings.builder().build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"boolq", "siqa", "winogrande", "arc_easy", "openbookqa", "truthfulqa_mc1", "truthfulqa_mc2"})
    void asAuthorsPublishTheFiles(String name) throws IOException {
        compare(
                name,
                name + "-authors",
                Fixtures.authors(root),
                TaskSettings.builder().build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"boolq", "winogrande", "nq_open", "triviaqa", "gsm8k", "math"})
    void withTwoWorkedExamples(String name) throws IOException {
        TaskSettings settings = TaskSettings.builder().shots(OptionalInt.of(2)).build();
        compare(name, name + "-2-shots", Fixtures.suite(root), settings);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gsm8k", "math", "humaneval", "mbpp"})
    void withManySamples(String name) throws IOException {
        TaskSettings settings = TaskSettings.builder()
                .samples(100)
                .shots(OptionalInt.of(0))
                .limit(OptionalInt.of(1))
                .build();
        compare(name, name + "-100-samples", Fixtures.suite(root), settings);
    }

    private void compare(String name, String golden, DataFolder data, TaskSettings settings) throws IOException {
        String text = describe(Tasks.named(List.of(name)).get(0).prepare(data, settings));
        Path file = GOLDEN.resolve(golden + ".txt");
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, text);
        }
        assertThat(text).isEqualTo(Files.readString(file));
    }

    private static String describe(PreparedTask prepared) {
        Task task = prepared.task();
        StringBuilder text = new StringBuilder("%s (%s), prompt version %d\nworked examples: %s\n"
                .formatted(task.title(), task.name(), task.promptVersion(), new TreeMap<>(prepared.shots())));
        // Of MMLU the three subjects with questions of their own.
        prepared.questions().stream()
                .filter(question -> !question.source().path("question").asText().equals("Which is last?"))
                .forEach(question -> describe(question, text));
        return text.toString();
    }

    private static void describe(Question question, StringBuilder text) {
        text.append("\n================ question ").append(question.id());
        if (!question.groups().isEmpty()) {
            text.append(", part of ").append(String.join(", ", question.groups()));
        }
        text.append("\ntarget:\n").append(framed(question.target()));
        Map<String, String> blocks = new LinkedHashMap<>();
        for (Request request : question.requests()) {
            String rules = Arrays.stream(Rule.values())
                    .filter(rule -> question.asked().containsKey(rule)
                            && question.asked().get(rule).requests().contains(request))
                    .map(Rule::toString)
                    .collect(Collectors.joining(" and "));
            if (request instanceof LogLikelihood likelihood) {
                String before =
                        "---------------- %s: how likely after\n%s".formatted(rules, framed(likelihood.context()));
                String answer = framed(likelihood.continuation()).stripTrailing();
                blocks.merge(
                        before + "are\n", answer + (isRight(question, likelihood) ? " right\n" : "\n"), String::concat);
            } else if (request instanceof GenerateUntil generate) {
                String before = "---------------- %s: generate after\n%s".formatted(rules, framed(generate.context()));
                String how = "until one of %s or %d new tokens, %s\n"
                        .formatted(
                                generate.stops().stream()
                                        .map(PromptsTest::quoted)
                                        .toList(),
                                generate.maxNewTokens(),
                                sampling(generate.sampling()));
                blocks.merge(before + how, "", String::concat);
            }
        }
        blocks.forEach((before, after) -> text.append(before).append(after));
    }

    /** Whether a model that finds this likeliest is right by every rule that asks it. */
    private static boolean isRight(Question question, LogLikelihood favourite) {
        List<Request> requests = question.requests();
        if (favourite.context().equals("Answer:")) {
            return false; // what is asked for comparison, of no question
        }
        List<Response> responses = requests.stream()
                .<Response>map(request -> new Likelihood(request.equals(favourite) ? -1 : -500, 5, false))
                .toList();
        return question.score(responses).entrySet().stream()
                .filter(entry -> question.asked().get(entry.getKey()).requests().contains(favourite))
                .flatMap(entry -> entry.getValue().measurements().values().stream())
                .allMatch(measurement -> measurement.value() > 0.99);
    }

    /** Many samples differ in their index alone. */
    private static String sampling(Sampling sampling) {
        return sampling.temperature() == 0
                ? "the likeliest tokens"
                : "temperature %s, top-p %s, seed %d, many samples"
                        .formatted(sampling.temperature(), sampling.topP(), sampling.seed());
    }

    private static String quoted(String stop) {
        return "\"" + stop.replace("\n", "\\n") + "\"";
    }

    /** Between bars, so that spaces at the end are seen. */
    private static String framed(String text) {
        return text.replace("\r", "\\r").lines().map(line -> "|" + line + "|\n").collect(Collectors.joining())
                + (text.isEmpty() ? "||\n" : text.endsWith("\n") ? "||\n" : "");
    }
}
