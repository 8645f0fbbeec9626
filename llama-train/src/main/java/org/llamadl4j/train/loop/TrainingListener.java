package org.llamadl4j.train.loop;

import java.nio.file.Path;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.train.config.TrainConfig;

/** Hears how a run goes. Calls come from the thread that trains, which waits for them. */
public interface TrainingListener {

    /**
     * The run begins, or goes on after {@code step}.
     *
     * @param step steps already done, 0 in a new run
     * @param steps steps of the whole run
     */
    default void started(LlamaConfig model, TrainConfig config, int step, int steps) {}

    /** A step is done. */
    default void stepped(TrainingStep step) {}

    /** The held-out loss was measured. */
    default void evaluated(Evaluation evaluation) {}

    /** A checkpoint is complete. */
    default void checkpointed(Path folder) {}

    /** The run has ended, at its last step or by {@link Trainer#stop}; not called after an error. */
    default void ended(TrainingResult result) {}
}
