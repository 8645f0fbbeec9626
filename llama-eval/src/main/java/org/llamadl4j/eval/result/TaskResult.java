package org.llamadl4j.eval.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.llamadl4j.eval.metric.Estimate;
import org.llamadl4j.eval.metric.Measurement;
import org.llamadl4j.eval.metric.Metric;
import org.llamadl4j.eval.task.PreparedTask;

/**
 * What a task came to.
 *
 * @param prepared what was asked
 * @param files the SHA-256 of each file that was read, by its name
 * @param scores those of the task, of its groups and of its parts
 * @param samples every question with its answers
 */
public record TaskResult(PreparedTask prepared, Map<String, String> files, List<Score> scores, List<Sample> samples) {

    /** The result of {@code samples}, all questions of {@code prepared} with their answers. */
    static TaskResult of(PreparedTask prepared, List<Sample> samples) {
        Map<String, String> files = new TreeMap<>();
        prepared.files().forEach(file -> files.put(file.name(), file.sha256()));
        Set<Metric> metrics = new LinkedHashSet<>();
        samples.forEach(sample -> sample.scored()
                .values()
                .forEach(scored -> metrics.addAll(scored.measurements().keySet())));
        List<Score> scores = metrics.stream()
                .flatMap(metric -> scores(prepared, samples, metric))
                .toList();
        return new TaskResult(prepared, files, scores, samples);
    }

    /** One digest for all files: that of the only one, or of the names and digests of several, in order. */
    public String dataDigest() {
        return files.size() == 1
                ? files.values().iterator().next()
                : DigestUtils.sha256Hex(files.entrySet().stream()
                        .map(file -> file.getKey() + " " + file.getValue() + "\n")
                        .collect(Collectors.joining()));
    }

    private static Stream<Score> scores(PreparedTask prepared, List<Sample> samples, Metric metric) {
        Map<String, Score> parts = new LinkedHashMap<>();
        for (String part : groups(samples, 0)) {
            List<Measurement> measurements = measurements(samples, metric, isIn(part));
            if (!measurements.isEmpty()) {
                parts.put(part, new Score(part, metric, metric.aggregation().estimate(measurements), false));
            }
        }
        List<Score> scores = new ArrayList<>();
        String task = prepared.task().name();
        scores.add(
                prepared.pooled()
                        ? pooled(task, metric, List.copyOf(parts.values()))
                        : new Score(
                                task,
                                metric,
                                metric.aggregation().estimate(measurements(samples, metric, sample -> true)),
                                false));
        for (String group : groups(samples, 1)) {
            List<Score> members = samples.stream()
                    .filter(isIn(group))
                    .map(sample -> sample.question().groups().get(0))
                    .distinct()
                    .filter(parts::containsKey)
                    .map(parts::get)
                    .toList();
            if (!members.isEmpty()) {
                scores.add(pooled(group, metric, members));
            }
        }
        scores.addAll(parts.values());
        return scores.stream();
    }

    private static Score pooled(String name, Metric metric, List<Score> parts) {
        return new Score(
                name,
                metric,
                Estimate.pooled(parts.stream().map(Score::estimate).toList()),
                true);
    }

    /** The names of parts (level 0) or of groups of parts (level 1), in order of their first questions. */
    private static Set<String> groups(List<Sample> samples, int level) {
        return samples.stream()
                .map(sample -> sample.question().groups())
                .filter(groups -> groups.size() > level)
                .map(groups -> groups.get(level))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Predicate<Sample> isIn(String group) {
        return sample -> sample.question().groups().contains(group);
    }

    private static List<Measurement> measurements(List<Sample> samples, Metric metric, Predicate<Sample> which) {
        return samples.stream()
                .filter(which)
                .flatMap(sample -> sample.scored().values().stream())
                .flatMap(scored -> Stream.ofNullable(scored.measurements().get(metric)))
                .toList();
    }
}
