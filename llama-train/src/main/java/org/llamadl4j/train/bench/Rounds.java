package org.llamadl4j.train.bench;

import java.util.List;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.error.UserError;

/**
 * How often everything is measured. In each round every participant takes its turn, so that what disturbs the machine disturbs
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

    void warmUp(List<? extends Participant> participants) {
        for (int round = 1; round <= warmUp; round++) {
            participants.forEach(Participant::warmUp);
            log.debug("warm-up round {} of {}", round, warmUp);
        }
    }

    void measure(List<? extends Participant> participants) {
        for (int round = 1; round <= measured; round++) {
            participants.forEach(Participant::measure);
            log.info("round {} of {}", round, measured);
        }
    }
}
