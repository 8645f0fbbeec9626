package org.llamadl4j.eval.task;

import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import lombok.Builder;
import org.llamadl4j.eval.code.CodeRunner;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.toxicity.ToxicityScorer;
import org.llamadl4j.model.error.UserError;

/**
 * How tasks are asked in one run. {@code TaskSettings.builder().build()} asks every question under both rules, with each
 * task's own number of worked examples, once.
 *
 * @param rules the rules to score by
 * @param shots worked examples before each question, for tasks that take any; empty for each task's own number
 * @param limit asks no more than the first so many questions of each task, or of each part of a task that is a group of parts
 * @param seed picks worked examples, and the random numbers of samples
 * @param samples how many answers are sampled to a question where several can count: majority vote, pass@k
 * @param codeRunner runs programs that the model wrote; without it they are saved and not scored
 * @param toxicityScorer scores texts that the model wrote; without it they are saved and not scored
 */
@Builder(toBuilder = true)
public record TaskSettings(
        Set<Rule> rules,
        OptionalInt shots,
        OptionalInt limit,
        long seed,
        int samples,
        Optional<CodeRunner> codeRunner,
        Optional<ToxicityScorer> toxicityScorer) {

    public TaskSettings {
        rules = Set.copyOf(rules);
        if (rules.isEmpty()) {
            throw UserError.usage("no rule to score by; paper, harness or both");
        }
        if (shots.orElse(0) < 0) {
            throw UserError.usage("shots must be 0 or more, not %d", shots.getAsInt());
        }
        if (limit.orElse(1) < 1) {
            throw UserError.usage("limit must be 1 or more, not %d", limit.getAsInt());
        }
        if (samples < 1) {
            throw UserError.usage("samples must be 1 or more, not %d", samples);
        }
    }

    /** Defaults. */
    public static class TaskSettingsBuilder {
        private Set<Rule> rules = EnumSet.allOf(Rule.class);
        private OptionalInt shots = OptionalInt.empty();
        private OptionalInt limit = OptionalInt.empty();
        private long seed = 1234;
        private int samples = 1;
        private Optional<CodeRunner> codeRunner = Optional.empty();
        private Optional<ToxicityScorer> toxicityScorer = Optional.empty();
    }
}
