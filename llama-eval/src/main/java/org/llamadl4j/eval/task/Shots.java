package org.llamadl4j.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import lombok.Builder;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.eval.metric.Rule;

/**
 * Worked examples before a question, and what introduces them.
 *
 * <p>Where they are not taken in order they are drawn once for all questions of a run, so that prompts share their
 * beginning; a question that would be an example to itself gets the next one drawn instead.
 *
 * @param taken whether the task takes any
 * @param paper how many the paper gives
 * @param harness how many the harness gives where nobody says otherwise
 * @param pool where they come from; if that is not there or there is none, from the questions themselves
 * @param usable which rows of the pool may be examples
 * @param inOrder whether the first rows of the pool are taken, or some that the seed picks
 * @param subject what a row is about: examples are about what the question is about
 * @param introduction what stands before the examples and, with its examples or without, before the question
 * @param separator what follows each example
 */
@Builder
public record Shots(
        boolean taken,
        int paper,
        int harness,
        Optional<RowSource> pool,
        Predicate<Row> usable,
        boolean inOrder,
        Function<Row, String> subject,
        BiFunction<Row, Rule, String> introduction,
        Function<Rule, String> separator) {

    /** No examples, whatever a user asks for. */
    static Shots none() {
        return builder().taken(false).build();
    }

    /** None unless a user asks for some; they come from {@code names} if one of these files is there. */
    static Shots zero(RowSource pool) {
        return builder().pool(Optional.of(pool)).build();
    }

    /** How many precede a question. */
    int count(Rule rule, TaskSettings settings) {
        int own = rule == Rule.PAPER ? paper : harness;
        return taken ? settings.shots().orElse(own) : 0;
    }

    /** How many precede a question of each of {@code rules} unless a user says otherwise. */
    Map<Rule, Integer> counts() {
        return Map.of(Rule.PAPER, taken ? paper : 0, Rule.HARNESS, taken ? harness : 0);
    }

    /** The rows of {@code candidates} in the order in which they are taken as examples. */
    List<Row> ordered(List<Row> candidates, long seed) {
        List<Row> rows = new ArrayList<>(candidates);
        if (!inOrder) {
            // Fisher and Yates's, spelt out so that it stays the same with every Java.
            Random random = new Random(seed);
            for (int i = rows.size() - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                Row swapped = rows.get(i);
                rows.set(i, rows.get(j));
                rows.set(j, swapped);
            }
        }
        return rows;
    }

    /** Defaults: none, unless a user asks for some, which the seed picks. */
    public static class ShotsBuilder {
        private boolean taken = true;
        private Optional<RowSource> pool = Optional.empty();
        private Predicate<Row> usable = row -> true;
        private Function<Row, String> subject = row -> "";
        private BiFunction<Row, Rule, String> introduction = (row, rule) -> "";
        private Function<Rule, String> separator = rule -> "\n\n";
    }
}
