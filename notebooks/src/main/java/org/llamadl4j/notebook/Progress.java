package org.llamadl4j.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.notebook.display.Display;
import org.llamadl4j.notebook.display.ProgressBar;
import org.llamadl4j.notebook.display.Table;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.loop.Evaluation;
import org.llamadl4j.train.loop.TrainingListener;
import org.llamadl4j.train.loop.TrainingResult;
import org.llamadl4j.train.loop.TrainingStep;

/** How far a run is, in one line. The run writes it and the cell reads it. */
final class Progress implements TrainingListener, Display {

    private static final double SECONDS_AVERAGED = 0.98;

    private record Measurement(TrainingStep step, Evaluation evaluation) {}

    private final List<Measurement> measurements = new ArrayList<>();
    private boolean started;
    private long parameters;
    private TrainingStep last;
    private double secondsPerStep;
    private TrainingResult result;

    synchronized boolean hasStarted() {
        return started;
    }

    synchronized int steps() {
        return last == null ? 0 : last.step();
    }

    @Override
    public synchronized void started(LlamaConfig model, TrainConfig config, int step, int steps) {
        started = true;
        parameters = model.parameterCount();
    }

    @Override
    public synchronized void stepped(TrainingStep step) {
        secondsPerStep = last == null
                ? step.seconds()
                : SECONDS_AVERAGED * secondsPerStep + (1 - SECONDS_AVERAGED) * step.seconds();
        last = step;
    }

    @Override
    public synchronized void evaluated(Evaluation evaluation) {
        if (last != null) {
            measurements.add(new Measurement(last, evaluation));
        }
    }

    @Override
    public synchronized void ended(TrainingResult ended) {
        result = ended;
    }

    /** A row an evaluation. */
    synchronized Table metrics() {
        Table table = Table.of(
                "step",
                "training loss",
                "held-out loss",
                "nats per byte",
                "learning rate",
                "gradient norm",
                "tokens/s");
        for (Measurement measurement : measurements) {
            TrainingStep step = measurement.step();
            table = table.row(
                    step.step(),
                    "%.3f".formatted(step.loss()),
                    "%.3f".formatted(measurement.evaluation().natsPerToken()),
                    "%.3f".formatted(measurement.evaluation().natsPerByte()),
                    "%.2e".formatted(step.learningRate()),
                    "%.2f".formatted(step.gradientNorm()),
                    Math.round(step.tokensPerSecond()));
        }
        return table;
    }

    @Override
    public synchronized Map<String, String> data() {
        return new ProgressBar(last == null ? 0 : (double) last.step() / last.steps(), toString()).data();
    }

    @Override
    public synchronized String toString() {
        if (!started) {
            return "getting ready ...";
        }
        if (last == null) {
            return "%,d parameters; timing a few steps ...".formatted(parameters);
        }
        String line = "step %,d of %,d, loss %.3f, %,.0f tokens/s"
                .formatted(last.step(), last.steps(), last.loss(), last.tokens() / secondsPerStep);
        if (result == null) {
            return line + ", %.0f s left".formatted(secondsPerStep * (last.steps() - last.step()));
        }
        String heldOut = result.evaluation()
                .map(evaluation -> ", held out %.3f nats per token".formatted(evaluation.natsPerToken()))
                .orElse("");
        return line
                + heldOut
                + (result.complete() ? ", done in " : ", stopped after ")
                + "%d s".formatted(result.elapsed().toSeconds());
    }
}
