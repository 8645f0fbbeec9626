package org.llamadl4j.train.loop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.llamadl4j.model.LlamaModel;

/**
 * What a run left.
 *
 * @param model the trained model, on the device of the run
 * @param folder its Hugging Face folder: {@code OUT/model}, or the last checkpoint of a run that was stopped
 * @param step steps done
 * @param steps steps of the whole run; more than {@code step} where it was stopped
 * @param loss training loss of the last step, nats per token; NaN if none was done
 * @param evaluation the last evaluation, on the whole held-out split where the run is complete; empty without a split
 * @param elapsed time of the run, over all its resumptions
 */
public record TrainingResult(
        LlamaModel model,
        Path folder,
        int step,
        int steps,
        double loss,
        Optional<Evaluation> evaluation,
        Duration elapsed) {

    /** Whether all steps were done. */
    public boolean complete() {
        return step == steps;
    }
}
