package org.llamadl4j.train.loop;

import java.nio.file.Path;
import java.util.List;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.train.config.TrainConfig;

/** Tells several listeners, in their order. */
record TrainingListeners(List<TrainingListener> all) implements TrainingListener {

    @Override
    public void started(LlamaConfig model, TrainConfig config, int step, int steps) {
        all.forEach(listener -> listener.started(model, config, step, steps));
    }

    @Override
    public void stepped(TrainingStep step) {
        for (TrainingListener listener : all) {
            listener.stepped(step);
        }
    }

    @Override
    public void evaluated(Evaluation evaluation) {
        all.forEach(listener -> listener.evaluated(evaluation));
    }

    @Override
    public void checkpointed(Path folder) {
        all.forEach(listener -> listener.checkpointed(folder));
    }

    @Override
    public void ended(TrainingResult result) {
        all.forEach(listener -> listener.ended(result));
    }
}
