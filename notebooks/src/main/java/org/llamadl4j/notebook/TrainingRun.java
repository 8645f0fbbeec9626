package org.llamadl4j.notebook;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.notebook.display.Display;
import org.llamadl4j.notebook.display.Picture;
import org.llamadl4j.notebook.display.Table;
import org.llamadl4j.notebook.kernel.CellOutput;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.TokenDataset;
import org.llamadl4j.train.loop.LossChart;
import org.llamadl4j.train.loop.Trainer;
import org.llamadl4j.train.loop.TrainingResult;

/**
 * A model and its training. The model is there from the start, with random weights, so that what it writes before,
 * during and after can be compared. In a notebook {@link #train} draws the loss as it falls, and an interrupt of the cell
 * ends the training after the step that is being done.
 */
public final class TrainingRun implements Display {

    private static final int CHART_WIDTH = 760;
    private static final int CHART_HEIGHT = 380;

    /** Milliseconds between two looks at the run, and looks between two drawings of its curve. */
    private static final long LOOK = 250;

    private static final int LOOKS_A_DRAWING = 6;

    private final LlamaModel model;
    private final TrainConfig config;
    private final TokenDataset data;
    private final Path out;
    private final Progress progress = new Progress();
    private final SamplesOnTheWay samples;

    private final AtomicReference<TrainingResult> result = new AtomicReference<>();

    /**
     * @param model to be trained in place
     * @param config without the sizes of a model
     * @param out a folder that does not exist or is empty
     */
    TrainingRun(LlamaModel model, TrainConfig config, TokenDataset data, Path out) {
        this.model = model;
        this.config = config;
        this.data = data;
        this.out = out;
        this.samples = new SamplesOnTheWay(model);
    }

    /** The model as it is now. Its device is at work while {@link #train} runs, so that other threads have to wait. */
    public synchronized LlamaModel model() {
        return model;
    }

    /** Has {@code prompt} continued {@code times} times on the way, at even distances. */
    public synchronized TrainingRun sampling(String prompt, int times) {
        samples.plan(prompt, times);
        return this;
    }

    /**
     * Trains to the end of the schedule, or until the cell or the thread is interrupted.
     *
     * @throws UserError if it has been called before, if configuration and data do not fit together, or if the loss is no
     *     longer a number
     */
    public synchronized void train() {
        if (progress.hasStarted()) {
            throw UserError.usage("this run is over; training(...) makes another");
        }
        Trainer trainer = Trainer.builder()
                .config(config)
                .data(data)
                .out(out)
                .kernels(model.kernels())
                .initialModel(model)
                .listener(progress)
                .listener(samples)
                .build();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        // In a thread of its own, which nobody interrupts: an interrupt would close the files that it writes.
        Thread worker = new Thread(
                () -> {
                    try {
                        result.set(trainer.run());
                    } catch (IOException | RuntimeException | Error e) {
                        failure.set(e);
                    }
                },
                "training");
        worker.start();
        CellOutput output = CellOutput.current();
        CellOutput.Interruption interruption = output.onInterrupt(trainer::stop);
        try {
            watch(worker, trainer, output);
        } finally {
            interruption.close();
        }
        rethrow(failure.get());
    }

    private void watch(Thread worker, Trainer trainer, CellOutput output) {
        CellOutput.Slot line = output.show(progress);
        CellOutput.Slot curve = null;
        boolean interrupted = false;
        for (int look = 1; worker.isAlive(); look++) {
            try {
                worker.join(LOOK);
            } catch (InterruptedException e) {
                trainer.stop();
                interrupted = true;
            }
            line.replace(progress);
            if (look % LOOKS_A_DRAWING == 0 || !worker.isAlive()) {
                Optional<Picture> picture = curve();
                if (picture.isPresent() && curve == null) {
                    curve = output.show(picture.get());
                } else if (picture.isPresent()) {
                    curve.replace(picture.get());
                }
            }
        }
        line.replace(progress);
        if (!samples.isEmpty()) {
            output.show(samples.table());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof IOException e) {
            throw UserError.failed(e, "the run cannot be written: %s", e.getMessage());
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    /** The loss by step; empty before the first. */
    public Optional<Picture> curve() {
        try {
            Optional<BufferedImage> image = progress.steps() == 0
                    ? Optional.empty()
                    : LossChart.picture(out.resolve("metrics.jsonl"), CHART_WIDTH, CHART_HEIGHT);
            return image.map(pixels -> new Picture(pixels, progress.toString()));
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be read: %s", out.resolve("metrics.jsonl"), e.getMessage());
        }
    }

    /** Steps, losses and speed, a row for each time that the held-out loss was measured. */
    public Table metrics() {
        return progress.metrics();
    }

    /** What came of it; empty before {@link #train} has ended. */
    public Optional<TrainingResult> result() {
        return Optional.ofNullable(result.get());
    }

    @Override
    public Map<String, String> data() {
        return curve().map(Picture::data).orElseGet(progress::data);
    }

    @Override
    public String toString() {
        return progress.toString();
    }
}
