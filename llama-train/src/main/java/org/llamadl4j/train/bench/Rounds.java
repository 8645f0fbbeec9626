package org.llamadl4j.train.bench;

import java.util.List;
import java.util.stream.Stream;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.error.UserError;

/**
 * How often everything is measured. In each round every task takes its turn, so that what disturbs the machine disturbs
 * all of them, and ratios of their medians hold.
 *
 * @param warmUp rounds before that are not measured
 * @param measured rounds that count
 */
@Slf4j
public record Rounds(int warmUp, int measured) {

    public Rounds {
        if (warmUp < 1 || measured < 1) {
            throw UserError.usage(
                    "%d warm-up and %d measured rounds: at least one of each is needed", warmUp, measured);
        }
    }

    /** The tasks of both lists in one. */
    static List<TimedTask> inTurn(List<? extends TimedTask> first, List<? extends TimedTask> second) {
        return Stream.<TimedTask>concat(first.stream(), second.stream()).toList();
    }

    void warmUp(List<? extends TimedTask> tasks) {
        for (int round = 1; round <= warmUp; round++) {
            tasks.forEach(TimedTask::warmUp);
            log.debug("warm-up round {} of {}", round, warmUp);
        }
    }

    void measure(List<? extends TimedTask> tasks) {
        for (int round = 1; round <= measured; round++) {
            tasks.forEach(TimedTask::measure);
            log.info("round {} of {}", round, measured);
        }
    }
}
