package org.llamadl4j.train.loop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import lombok.Builder;
import lombok.NonNull;
import lombok.Singular;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.checkpoint.TrainableWeights;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.tokenizer.Tokenizer;
import org.llamadl4j.model.tokenizer.TokenizerFile;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.TokenBatches;
import org.llamadl4j.train.data.TokenDataset;

/**
 * Trains a model on prepared data.
 *
 * <pre>{@code
 * TrainingResult result = Trainer.builder()
 *         .config(TrainConfig.defaults().with("model.preset", "1m").with("schedule.minutes", 5))
 *         .data(TokenDataset.open(Path.of("data")))
 *         .out(Path.of("run"))
 *         .kernels(kernels)
 *         .build()
 *         .run();
 * }</pre>
 */
@Slf4j
@Builder
public final class Trainer {

    /** How to train; its {@code model} may be left out where {@code resume} or {@code initialModel} says it. */
    @NonNull
    private final TrainConfig config;

    /** What to train on. */
    @NonNull
    private final TokenDataset data;

    /** The folder of the run: checkpoints, metrics and the finished model. */
    @NonNull
    private final Path out;

    /** The device; it stays open. */
    @NonNull
    private final Kernels kernels;

    /**
     * The model to start from; null for random weights. Float32 weights with rows in Meta's order, in memory of their own,
     * are trained in place; of others a copy is.
     */
    private final LlamaModel initialModel;

    /** Whether to go on from the newest checkpoint in {@code out}. */
    private final boolean resume;

    /** Who is told how it goes. */
    @Singular
    private final List<TrainingListener> listeners;

    private final AtomicBoolean stopped = new AtomicBoolean();

    /** The configuration of the newest checkpoint in {@code out}, to resume it with. */
    public static TrainConfig recordedConfig(Path out) {
        return TrainConfig.of(newestCheckpoint(out).state().config());
    }

    /** Ends the run after the step that is being done, with a checkpoint. May be called from any thread. */
    public void stop() {
        stopped.set(true);
    }

    /**
     * Trains to the last step, or until {@link #stop}.
     *
     * @throws UserError if configuration, data and model do not fit together, if the folder cannot take the run, if the
     *     loss is no longer a number, or if a file cannot be written; complete checkpoints stay as they are
     */
    public TrainingResult run() throws IOException {
        long began = System.nanoTime();
        RunFolder folder = new RunFolder(out);
        Checkpoints checkpoints = folder.checkpoints(config.checkpoint().keep());
        Optional<SavedRun> saved = resume ? Optional.of(newestCheckpoint(out)) : Optional.empty();

        Tokenizer tokenizer = TokenizerFile.read(data.tokenizerFile());
        LlamaConfig modelConfig = modelConfig(saved, tokenizer);
        TrainConfig resolved = config.resolve(modelConfig);
        TokenBatches batches = new TokenBatches(
                data.train(),
                resolved.batch().microBatchSequences(),
                resolved.batch().sequenceLength(),
                resolved.seed());
        if (saved.isPresent()) {
            ResumeCheck.check(saved.get(), resolved, data.digest());
        } else {
            folder.create();
        }
        checkpoints.removeUnfinished();

        LlamaWeights weights = weights(saved, modelConfig, resolved.seed());
        LlamaModel model =
                new LlamaModel(modelConfig, weights, tokenizer, kernels, endIds(saved, modelConfig, tokenizer));
        TrainingParts parts = TrainingParts.of(model, resolved, data, batches);
        log.info(
                "{} parameters on {}; a pass keeps {} MB of activations",
                "%,d".formatted(modelConfig.parameterCount()),
                kernels.description(),
                parts.update().pass().activationBytes() >> 20);
        int done = 0;
        int steps;
        double secondsBefore = 0;
        if (saved.isPresent()) {
            TrainingState state = saved.get().state();
            OptimizerFile.read(saved.get().folder(), parts.update().optimizer(), kernels);
            batches.seek(state.cursor());
            done = state.step();
            steps = state.steps();
            secondsBefore = state.elapsedSeconds();
            log.info("going on from {}, step {} of {}", saved.get().folder(), done, steps);
        } else {
            steps = steps(resolved, parts, began);
        }

        // What the clock would have shown when the run began, had it never stopped.
        long origin = began - (long) (secondsBefore * 1e9);
        TrainingLoop.CheckpointWriter writer = (step, path) -> HuggingFaceFolder.write(
                path, model, OptimizerFile.bytes(parts.update().optimizer()), temporary -> {
                    OptimizerFile.write(temporary, parts.update().optimizer(), kernels);
                    TrainingState.of(step, steps, batches.cursor(), since(origin), data.digest(), resolved)
                            .write(temporary);
                });
        try (MetricsLog metrics = MetricsLog.open(folder.metrics(), done)) {
            TrainingListener listener = listener(metrics, folder);
            listener.started(modelConfig, resolved, done, steps);
            TrainingLoop.Outcome outcome = TrainingLoop.builder()
                    .config(resolved)
                    .parts(parts)
                    .steps(steps)
                    .listener(listener)
                    .stop(stopped::get)
                    .checkpoints(checkpoints)
                    .writer(writer)
                    .build()
                    .run(done);
            TrainingResult result = result(model, outcome, steps, folder, checkpoints, since(origin));
            listener.ended(result);
            return result;
        }
    }

    /** The sizes of the model, from wherever they are said. */
    private LlamaConfig modelConfig(Optional<SavedRun> saved, Tokenizer tokenizer) throws IOException {
        if (saved.isPresent() && config.model().isLeftOut()) {
            return HuggingFaceFolder.readConfig(saved.get().folder());
        }
        if (saved.isPresent() || initialModel == null) {
            return config.model().resolve(tokenizer.vocabSize());
        }
        if (!config.model().isLeftOut()) {
            throw UserError.usage("the sizes of the model are those of the model to start from; leave model.* out");
        }
        requireSameTokenizer(initialModel.tokenizer(), tokenizer);
        return initialModel.config();
    }

    private void requireSameTokenizer(Tokenizer ofModel, Tokenizer ofData) {
        boolean same = ofModel.vocabSize() == ofData.vocabSize()
                && IntStream.range(0, ofData.vocabSize())
                        .allMatch(id -> ofModel.piece(id).equals(ofData.piece(id)));
        if (!same) {
            throw UserError.usage(
                    "the data was prepared with %s, which is not the tokenizer of the model to start from; prepare it with"
                            + " the model's own",
                    data.tokenizerFile());
        }
    }

    private LlamaWeights weights(Optional<SavedRun> saved, LlamaConfig modelConfig, long seed) throws IOException {
        if (saved.isPresent()) {
            return HuggingFaceFolder.readWeights(saved.get().folder(), kernels);
        }
        // Checkpoints keep the moments in the order of the weights, and are read back in Meta's.
        return initialModel == null
                ? LlamaWeights.initialise(modelConfig, seed, kernels)
                : TrainableWeights.of(initialModel.weights(), kernels);
    }

    /** A model keeps the tokens that ended its texts before this run. */
    private SortedSet<Integer> endIds(Optional<SavedRun> saved, LlamaConfig modelConfig, Tokenizer tokenizer)
            throws IOException {
        if (saved.isPresent()) {
            return HuggingFaceFolder.readEndIds(saved.get().folder(), modelConfig, tokenizer);
        }
        return initialModel == null ? new TreeSet<>(tokenizer.eosIds()) : initialModel.endIds();
    }

    private static int steps(TrainConfig config, TrainingParts parts, long began) {
        if (config.schedule().steps() != null) {
            return config.schedule().steps();
        }
        StepCalibration calibration = StepCalibration.measure(config, parts);
        double minutes = config.schedule().minutes();
        int steps = calibration.stepsIn(minutes * 60 - since(began).toNanos() * 1e-9, config);
        log.info(
                "{} steps in {} minutes: a pass takes {} s, an update {} s, an evaluation {} s",
                steps,
                minutes,
                "%.3f".formatted(calibration.passSeconds()),
                "%.3f".formatted(calibration.updateSeconds()),
                "%.3f".formatted(calibration.evaluationSeconds()));
        return steps;
    }

    /** The program's own come first, so that those of the user see files that are up to date. */
    private TrainingListener listener(MetricsLog metrics, RunFolder folder) {
        List<TrainingListener> all = new ArrayList<>();
        all.add(new ProgressLog());
        all.add(metrics);
        all.add(new LossChart(folder.metrics(), folder.chart()));
        all.addAll(listeners);
        return new TrainingListeners(all);
    }

    private static TrainingResult result(
            LlamaModel model,
            TrainingLoop.Outcome outcome,
            int steps,
            RunFolder folder,
            Checkpoints checkpoints,
            Duration elapsed) {
        Path newest = checkpoints.newest().orElseThrow();
        boolean complete = outcome.step() == steps;
        if (complete) {
            folder.publish(newest, Float.BYTES * model.config().parameterCount());
        }
        return new TrainingResult(
                model,
                complete ? folder.model() : newest,
                outcome.step(),
                steps,
                outcome.loss(),
                outcome.evaluation(),
                elapsed);
    }

    private static SavedRun newestCheckpoint(Path out) {
        Path folder = new Checkpoints(out, 1)
                .newest()
                .orElseThrow(() -> UserError.usage(
                        "there is no checkpoint in %s to resume; without --resume a new run starts there", out));
        return new SavedRun(folder, TrainingState.read(folder));
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
