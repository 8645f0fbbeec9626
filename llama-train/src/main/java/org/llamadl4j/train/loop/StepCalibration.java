package org.llamadl4j.train.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.optim.GradientClipping;

/**
 * How many steps fit into a time, from how long the parts of a step take.
 *
 * @param passSeconds forward and backward of one micro-batch
 * @param updateSeconds clipping and AdamW
 * @param evaluationSeconds an evaluation on the way
 * @param finalEvaluationSeconds the evaluation of the whole held-out split
 */
record StepCalibration(
        double passSeconds, double updateSeconds, double evaluationSeconds, double finalEvaluationSeconds) {

    /** Share of the run spent on passes that do not count: they are slow while Java compiles them. */
    private static final double WARM_UP_SHARE = 0.05;

    private static final double MOST_WARM_UP_SECONDS = 15;

    /** Share of the run spent on passes that count. */
    private static final double TIMING_SHARE = 0.02;

    private static final double MOST_TIMING_SECONDS = 5;

    /** Enough updates that most of them are of compiled code. */
    private static final double MOST_UPDATE_SECONDS = 2;

    private static final int SMALLEST_SAMPLE = 3;

    /** Kept free for checkpoints and the chart. */
    private static final double SPARE_SHARE = 0.03;

    /** Times the parts of a run that has not begun; weights, moments and the position in the data stay as they are. */
    static StepCalibration measure(TrainConfig config, TrainingParts parts) {
        int[] tokens = new int[config.batch().microBatchTokens()];
        int[] targets = new int[config.batch().microBatchTokens()];
        parts.batches().next(tokens, targets);
        parts.batches().seek(0);
        Runnable pass = () -> parts.update().pass().run(tokens, targets, 1);
        double runSeconds = 60 * config.schedule().minutes();
        median(pass, Math.min(MOST_WARM_UP_SECONDS, WARM_UP_SHARE * runSeconds));
        double passSeconds = median(pass, Math.min(MOST_TIMING_SECONDS, TIMING_SHARE * runSeconds));
        // A learning rate and a gradient of zero change neither weights nor moments of zero.
        double updateSeconds = median(
                () -> {
                    TrainingUpdate update = parts.update();
                    GradientClipping.norm(update.gradients(), parts.kernels());
                    update.optimizer().update(1, update.gradients(), 0, 0);
                },
                Math.min(MOST_UPDATE_SECONDS, TIMING_SHARE * runSeconds));
        if (parts.heldOut().isEmpty()) {
            return new StepCalibration(passSeconds, updateSeconds, 0, 0);
        }
        HeldOutLoss heldOut = parts.heldOut().get();
        double lossPassSeconds = median(heldOut::runPass, 0);
        return new StepCalibration(
                passSeconds,
                updateSeconds,
                lossPassSeconds * heldOut.passes(config.evaluation().tokens()),
                lossPassSeconds * heldOut.passesWhole());
    }

    /** The number of steps that take {@code seconds}, with their evaluations and the last. */
    int stepsIn(double seconds, TrainConfig config) {
        Integer evaluateEvery = config.evaluation().every();
        double step = config.batch().microBatches() * passSeconds + updateSeconds;
        double left = seconds * (1 - SPARE_SHARE) - finalEvaluationSeconds;
        if (evaluateEvery == null) {
            left -= TrainConfig.Evaluation.TIMES_A_RUN * evaluationSeconds;
        } else {
            step += evaluationSeconds / evaluateEvery;
        }
        return (int) Math.max(1, left / step);
    }

    private static double median(Runnable task, double budget) {
        List<Double> seconds = new ArrayList<>();
        long began = System.nanoTime();
        while (seconds.size() < SMALLEST_SAMPLE || (System.nanoTime() - began) * 1e-9 < budget) {
            long before = System.nanoTime();
            task.run();
            seconds.add((System.nanoTime() - before) * 1e-9);
        }
        Collections.sort(seconds);
        return seconds.get(seconds.size() / 2);
    }
}
