package org.llamadl4j.eval.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.llamadl4j.eval.metric.Estimate;
import org.llamadl4j.eval.metric.Significance;
import org.llamadl4j.model.error.UserError;

/**
 * Two results, score by score. Where both have their files of samples beside them the same questions are compared one by
 * one, and only those; else the scores alone.
 *
 * @param first one result
 * @param second the other
 * @param differences the scores that both have
 */
public record Comparison(SavedResult first, SavedResult second, List<Difference> differences) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * A score that both results have.
     *
     * @param first in the first result
     * @param second in the second
     * @param significance whether chance may have made the difference
     * @param warnings why they may not be comparable; none if they are
     */
    public record Difference(SavedScore first, SavedScore second, Significance significance, List<String> warnings) {}

    /** What one model has on a question. */
    private record Answer(String question, String prompt, Map<String, Double> scores) {}

    /** Compares the results in two files, or in the folders that hold them. */
    public static Comparison of(Path first, Path second) {
        SavedResult one = ResultFile.read(first);
        SavedResult other = ResultFile.read(second);
        Map<String, Map<String, Answer>> answersOfFirst = new HashMap<>();
        Map<String, Map<String, Answer>> answersOfSecond = new HashMap<>();
        List<Difference> differences = new ArrayList<>();
        for (SavedScore score : one.scores()) {
            Optional<SavedScore> same = other.scores().stream()
                    .filter(candidate -> candidate.task().equals(score.task())
                            && candidate.of().equals(score.of())
                            && candidate.key().equals(score.key()))
                    .findFirst();
            if (same.isPresent()) {
                differences.add(difference(
                        score,
                        same.get(),
                        answersOfFirst.computeIfAbsent(score.task(), task -> answers(one, task)),
                        answersOfSecond.computeIfAbsent(score.task(), task -> answers(other, task))));
            }
        }
        if (differences.isEmpty()) {
            throw UserError.failed("%s and %s have no score in common", one.file(), other.file());
        }
        return new Comparison(one, other, List.copyOf(differences));
    }

    private static Difference difference(
            SavedScore first, SavedScore second, Map<String, Answer> answers, Map<String, Answer> others) {
        List<String> warnings = new ArrayList<>();
        if (first.promptVersion() != second.promptVersion()) {
            warnings.add("different prompt versions");
        }
        if (first.shots() != second.shots()) {
            warnings.add("%d and %d worked examples".formatted(first.shots(), second.shots()));
        }
        if (!first.dataDigest().equals(second.dataDigest())) {
            warnings.add("different files");
        }
        List<Double> values = new ArrayList<>();
        List<Double> otherValues = new ArrayList<>();
        boolean samePrompts = true;
        for (Answer answer : answers.values()) {
            Answer other = others.get(answer.question());
            // A part of a task is compared by its own questions.
            Double value = answer.scores().get(first.of() + " " + first.key());
            Double otherValue = other == null ? null : other.scores().get(first.of() + " " + first.key());
            if (value != null && otherValue != null) {
                values.add(value);
                otherValues.add(otherValue);
                samePrompts &= answer.prompt().equals(other.prompt());
            }
        }
        if (values.isEmpty()) {
            return new Difference(
                    first, second, Significance.unpaired(estimate(first), estimate(second)), List.copyOf(warnings));
        }
        if (!samePrompts && warnings.isEmpty()) {
            warnings.add("different prompts");
        }
        if (values.size() != first.questions() || values.size() != second.questions()) {
            warnings.add("%d questions in common, of %d and %d"
                    .formatted(values.size(), first.questions(), second.questions()));
        }
        return new Difference(first, second, Significance.paired(values, otherValues), List.copyOf(warnings));
    }

    private static Estimate estimate(SavedScore score) {
        return new Estimate(score.value(), score.standardError(), score.questions());
    }

    /** What {@code result} has on each question of {@code task}, by question; nothing if the samples are not there. */
    private static Map<String, Answer> answers(SavedResult result, String task) {
        Path file = result.file().resolveSibling(ResultFile.samplesName(task));
        Map<String, Answer> answers = new LinkedHashMap<>();
        if (!Files.isRegularFile(file)) {
            return answers;
        }
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                JsonNode sample = JSON.readTree(line);
                Map<String, Double> scores = new HashMap<>();
                sample.path("scores").properties().forEach(score -> {
                    scores.put(task + " " + score.getKey(), score.getValue().asDouble());
                    sample.path("groups")
                            .forEach(group -> scores.put(
                                    group.asText() + " " + score.getKey(),
                                    score.getValue().asDouble()));
                });
                // Two questions of a file may say the same.
                String question = sample.path("doc_id").asText() + " "
                        + sample.path("doc_hash").asText();
                answers.put(
                        question,
                        new Answer(question, sample.path("prompt_hash").asText(), scores));
            }
        } catch (JsonProcessingException e) {
            throw UserError.failed("%s, line %d: not one whole JSON object; the file was cut short", file, number);
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be read: %s", file, e.getMessage());
        }
        return answers;
    }
}
