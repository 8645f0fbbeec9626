package org.llamadl4j.train.loop;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import lombok.AccessLevel;
import lombok.Builder;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.optim.CosineSchedule;

/** The training loop. Everything it needs is ready; a step allocates nothing but its report. */
@Builder(access = AccessLevel.PACKAGE)
final class TrainingLoop {

    /** Resolved for the model. */
    private final TrainConfig config;

    private final TrainingParts parts;

    /** Updates of the whole run. */
    private final int steps;

    private final TrainingListener listener;

    /** Asked before each step whether to end the run. */
    private final BooleanSupplier stop;

    private final Checkpoints checkpoints;

    private final CheckpointWriter writer;

    /** Writes the run as it stands. */
    @FunctionalInterface
    interface CheckpointWriter {

        /** Writes {@code folder} after update {@code step}, whole or not at all. */
        void write(int step, Path folder);
    }

    /**
     * What a run came to.
     *
     * @param step updates done
     * @param loss training loss of the last; NaN if none was done
     * @param evaluation the last; empty if none was made
     */
    record Outcome(int step, double loss, Optional<Evaluation> evaluation) {}

    /**
     * Trains until the last step or until asked to stop; where it ends is saved.
     *
     * @param done updates that the run has done already, all of them saved
     */
    Outcome run(int done) {
        TrainConfig.Batch batch = config.batch();
        int evaluateEvery = config.evaluation().every(steps);
        int saveEvery = config.checkpoint().every(steps);
        double flops = batch.batchTokens() * parts.model().config().trainingFlopsPerToken(batch.sequenceLength());
        CosineSchedule schedule = new CosineSchedule(
                config.optimizer().learningRate(),
                config.schedule().warmupSteps(steps),
                steps,
                config.schedule().finalLearningRateShare());

        int step = done;
        int saved = done;
        double loss = Double.NaN;
        Optional<Evaluation> evaluation = Optional.empty();
        while (step < steps && !stop.getAsBoolean()) {
            step++;
            long began = System.nanoTime();
            TrainingUpdate.Gradient gradient = parts.update().computeGradient(parts.batches()::next);
            loss = gradient.loss();
            double norm = gradient.norm();
            requireFinite(step, loss, norm);
            double learningRate = schedule.at(step);
            parts.update().apply(step, learningRate, norm);
            double seconds = (System.nanoTime() - began) * 1e-9;
            listener.stepped(
                    new TrainingStep(step, steps, loss, learningRate, norm, batch.batchTokens(), seconds, flops));

            if (step % evaluateEvery == 0 && step < steps && parts.heldOut().isPresent()) {
                evaluation = Optional.of(
                        parts.heldOut().get().evaluate(step, config.evaluation().tokens()));
                listener.evaluated(evaluation.get());
            }
            if (step % saveEvery == 0) {
                save(step);
                saved = step;
            }
        }
        if (saved < step || step == 0) {
            save(step);
        }
        if (step == steps && parts.heldOut().isPresent()) {
            evaluation = Optional.of(parts.heldOut().get().evaluateWhole(step));
            listener.evaluated(evaluation.get());
        }
        return new Outcome(step, loss, evaluation);
    }

    private void save(int step) {
        listener.checkpointed(checkpoints.save(step, folder -> writer.write(step, folder)));
    }

    /** Called before the update: the weights are those of the step before. */
    private void requireFinite(int step, double loss, double norm) {
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            throw UserError.failed(
                    "training diverged at step %d: the loss is %s, the norm of its gradient %s. A lower"
                            + " optimizer.learningRate or a longer warm-up may help. %s.",
                    step, loss, norm, checkpoints.whatIsLeft());
        }
    }
}
