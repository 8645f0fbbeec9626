package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.model.error.UserError;

/** What stands before each question of a task under one rule: an introduction and worked examples. */
final class ExamplePrompt {

    private final String title;
    private final Shots shots;
    private final Asking asking;
    private final Rule rule;
    private final int count;

    /** The texts of all examples, in the order in which they are taken, by what they are about. */
    private final Map<String, List<String>> pool = new HashMap<>();

    /** The first examples of each subject, with the introduction: nearly all questions share the text. */
    private final Map<String, String> first = new HashMap<>();

    /** Takes {@code count} examples from {@code rows}, which {@code seed} orders. */
    ExamplePrompt(String title, Shots shots, Asking asking, Rule rule, int count, List<Row> rows, long seed) {
        this.title = title;
        this.shots = shots;
        this.asking = asking;
        this.rule = rule;
        this.count = count;
        for (Row row : shots.ordered(rows, seed)) {
            pool.computeIfAbsent(shots.subject().apply(row), subject -> new ArrayList<>())
                    .add(asking.example(row, rule));
        }
    }

    /** What stands before the question of {@code row}, which is never among its own examples. */
    String before(Row row) {
        if (count == 0) {
            return shots.introduction().apply(row, rule);
        }
        String subject = shots.subject().apply(row);
        List<String> candidates = pool.getOrDefault(subject, List.of());
        String own = asking.example(row, rule);
        if (candidates.size() >= count && !candidates.subList(0, count).contains(own)) {
            return first.computeIfAbsent(subject, unused -> text(row, candidates));
        }
        List<String> others =
                candidates.stream().filter(example -> !example.equals(own)).toList();
        if (others.size() < count) {
            throw UserError.usage("%d worked examples were asked for, but %s has only %d", count, title, others.size());
        }
        return text(row, others);
    }

    private String text(Row row, List<String> candidates) {
        StringBuilder text = new StringBuilder(shots.introduction().apply(row, rule));
        candidates.stream()
                .limit(count)
                .forEach(
                        example -> text.append(example).append(shots.separator().apply(rule)));
        return text.toString();
    }
}
