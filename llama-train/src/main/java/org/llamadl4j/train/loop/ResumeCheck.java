package org.llamadl4j.train.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.train.config.TrainConfig;

/** A run is resumed only as what it was: same data, same configuration. */
@Slf4j
final class ResumeCheck {

    private ResumeCheck() {}

    /**
     * Compares a checkpoint with what it is to be resumed with.
     *
     * @param config resolved for the model
     * @param dataset digest of the data
     * @throws UserError if they differ, naming each key and both values
     */
    static void check(SavedRun run, TrainConfig config, String dataset) {
        TrainingState state = run.state();
        if (!state.dataset().equals(dataset)) {
            throw UserError.usage(
                    "%s was trained on other data: its digest is %s, that of --data is %s; resume with the data it had",
                    run.folder(), state.dataset(), dataset);
        }
        Map<String, Object> recorded = TrainConfig.of(state.config()).values();
        List<String> differences = new ArrayList<>();
        config.values().forEach((key, value) -> {
            if (!TrainConfig.changeable(key) && !Objects.equals(value, recorded.get(key))) {
                differences.add("%s was %s and now is %s".formatted(key, show(recorded.get(key)), show(value)));
            }
        });
        if (!differences.isEmpty()) {
            throw UserError.usage(
                    "%s cannot be resumed with another configuration: %s. Resume with the values it had, or train into"
                            + " another folder",
                    run.folder(), String.join("; ", differences));
        }
        if (!recorded.get("threads").equals(config.threads())) {
            log.warn(
                    "The run had threads={} and goes on with threads={}: the last bits of its results may differ",
                    recorded.get("threads"),
                    config.threads());
        }
    }

    private static Object show(Object value) {
        return value == null ? "left out" : value;
    }
}
