package org.llamadl4j.train.config;

import java.nio.file.Path;
import java.util.Map;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.ActivationPolicy;
import org.llamadl4j.model.kernel.Precision;

/**
 * Everything that decides how a model is trained. Immutable; made from {@link #defaults}, a YAML file ({@link #read})
 * and single keys ({@link #with}). The defaults are the paper's recipe (section 2.3) in a size for one machine.
 *
 * <pre>{@code
 * TrainConfig config = TrainConfig.defaults().with("model.preset", "1m").with("schedule.minutes", 5);
 * }</pre>
 */
public record TrainConfig(
        @Setting("The model. Either a preset, or dim, layers and heads, or a preset of which some sizes are changed.")
        Model model,

        @Setting("AdamW (Loshchilov and Hutter, 2019) and clipping by global norm.")
        Optimizer optimizer,

        @Setting("How long to train, and the learning rate on the way: linear warm-up, then a cosine.")
        Schedule schedule,

        @Setting("How tokens are grouped. batchTokens is a multiple of microBatchTokens, that of sequenceLength.")
        Batch batch,

        @Setting("The loss on the held-out split.") Evaluation evaluation,

        @Setting("What is written so that a run can be resumed.")
        Checkpoint checkpoint,

        @Setting("Seed of the initial weights and of the order of the batches.")
        long seed,

        @Setting("Which activations are kept for the backward pass: all that it needs (SAVE_ALL), only the outputs of"
                + " linear layers and attention (SAVE_LINEAR, the paper's), or only the inputs of layers"
                + " (RECOMPUTE_LAYER). Less memory costs time.")
        ActivationPolicy activationPolicy,

        @Setting("What matrix products multiply: FLOAT32, BFLOAT16 (with sums in float32), or AUTO: bfloat16 where the"
                + " processor has instructions for it. Weights, gradients and moments are float32 always.")
        Precision precision,

        @Setting(
                value = "Threads of the CPU; 0 is one for each core. Another number may change the last bits of"
                        + " results.",
                range = "[0, 1024]",
                changeable = true)
        int threads,

        @Setting(
                value = "Steps between two progress lines; left out: about a hundred lines a run.",
                range = "[1, inf)",
                changeable = true)
        Integer progressEvery,

        @Setting(value = "Whether the training dashboard is served; the log says where.", changeable = true)
        boolean ui) {

    /** Sizes of the model; V comes from the tokenizer. */
    public record Model(
            @Setting("Named sizes: 260k, 1m, 15m, 42m, 110m, 1.1b for one machine; 7b, 13b, 33b, 65b of the paper.")
            String preset,

            @Setting(
                    value = "Width of the residual stream; left out, like all keys below: the preset's.",
                    range = "[2, inf)")
            Integer dim,

            @Setting(value = "Transformer layers.", range = "[1, inf)")
            Integer layers,

            @Setting(value = "Query heads.", range = "[1, inf)")
            Integer heads,

            @Setting(
                    value = "Key and value heads, a divisor of heads; without a preset: as many as heads.",
                    range = "[1, inf)")
            Integer kvHeads,

            @Setting(
                    value = "Size of a head, even; left out: dim / heads, with and without a preset.",
                    range = "[2, inf)")
            Integer headDim,

            @Setting(
                    value = "Width of the feed-forward network; without a preset: 8/3 of dim, rounded up to a"
                            + " multiple of 256 (of 32 where dim is under 1024).",
                    range = "[1, inf)")
            Integer hiddenDim,

            @Setting(
                    value = "Longest sequence the model is made for, in tokens; without a preset: 512.",
                    range = "[1, inf)")
            Integer contextLength,

            @Setting(value = "Added under the root of RMSNorm; without a preset: 1e-5.", range = "(0, 1]")
            Double normEps,

            @Setting(value = "Base of the rotary frequencies; without a preset: 10000.", range = "(0, inf)")
            Double ropeTheta,

            @Setting("Scaling of the rotary frequencies: none, linear:4 with its factor, or llama3:8:1:4:8192 with its"
                    + " factor, low and high frequency factor and original context; without a preset: none.")
            String ropeScaling,

            @Setting("Whether the output head is the embedding matrix; without a preset: false.")
            Boolean tiedEmbeddings) {

        private static final Model UNSET =
                new Model(null, null, null, null, null, null, null, null, null, null, null, null);

        /** Whether nothing is said about the model. */
        public boolean isLeftOut() {
            return equals(UNSET);
        }

        /** The sizes, with a vocabulary of {@code vocabSize}. */
        public LlamaConfig resolve(int vocabSize) {
            return ModelSizes.resolve(this, vocabSize);
        }

        private static Model of(LlamaConfig config) {
            return new Model(
                    null,
                    config.dim(),
                    config.layers(),
                    config.heads(),
                    config.kvHeads(),
                    config.headDim() * config.heads() == config.dim() ? null : config.headDim(),
                    config.hiddenDim(),
                    config.contextLength(),
                    config.normEps(),
                    config.ropeTheta(),
                    config.ropeScaling().text(),
                    config.tiedEmbeddings());
        }
    }

    /** AdamW and clipping. */
    public record Optimizer(
            @Setting(
                    value = "Largest learning rate; left out: 1.5e-4 from 20 billion parameters, 3e-4 from 5 billion"
                            + " (the paper's, table 2), 1e-3 for smaller models.",
                    range = "(0, 1]")
            Double learningRate,

            @Setting(value = "Decay of the mean of gradients.", range = "[0, 1)")
            double beta1,

            @Setting(value = "Decay of the mean of squared gradients.", range = "[0, 1)")
            double beta2,

            @Setting(value = "Added to the root of the mean of squares.", range = "(0, 1]")
            double epsilon,

            @Setting(
                    value = "Decay of weight matrices, times the learning rate; norms do not decay.",
                    range = "[0, 10]")
            double weightDecay,

            @Setting(
                    value = "Largest global norm of the gradient; longer ones are scaled down to it.",
                    range = "(0, inf)")
            double clipNorm) {}

    /** Length of the run and learning rate. */
    public record Schedule(
            @Setting(value = "Updates of the weights; left out: as many as fit into minutes.", range = "[1, inf)")
            Integer steps,

            @Setting(
                    value = "Length of the run, evaluations included, where steps is left out. A few passes are timed"
                            + " at the start and give the number of steps, which a resumed run keeps.",
                    range = "(0, inf)")
            double minutes,

            @Setting(value = "Steps over which the learning rate rises to its largest value.", range = "[0, inf)")
            int warmupSteps,

            @Setting(
                    value = "The warm-up is cut to this share of all steps, so that short runs have one too.",
                    range = "[0, 1]")
            double warmupShareAtMost,

            @Setting(value = "Learning rate of the last step, as a share of the largest.", range = "[0, 1]")
            double finalLearningRateShare) {

        /** Steps of warm-up in a run of {@code steps}. */
        public int warmupSteps(int steps) {
            return (int) Math.min(warmupSteps, warmupShareAtMost * steps);
        }
    }

    /** Tokens that are computed together. */
    public record Batch(
            @Setting(value = "T, tokens of one sequence; left out: the model's contextLength.", range = "[1, inf)")
            Integer sequenceLength,

            @Setting(value = "Tokens of one forward and backward pass; memory grows with it.", range = "[1, inf)")
            int microBatchTokens,

            @Setting(
                    value = "Tokens of one update of the weights; gradients of micro-batches are accumulated.",
                    range = "[1, inf)")
            int batchTokens) {

        /** B, the sequences of one pass. */
        public int microBatchSequences() {
            return microBatchTokens / sequenceLength;
        }

        /** Passes of one update. */
        public int microBatches() {
            return batchTokens / microBatchTokens;
        }
    }

    /** When and on how much the held-out loss is measured. */
    public record Evaluation(
            @Setting(value = "Steps between two evaluations; left out: twenty a run.", range = "[1, inf)")
            Integer every,

            @Setting(
                    value = "Held-out tokens of an evaluation on the way, the same each time; the last evaluation is"
                            + " always on all of them.",
                    range = "[1, inf)")
            int tokens) {

        /** How often a run is evaluated where {@code every} is left out. */
        public static final int TIMES_A_RUN = 20;

        /** Steps between two evaluations in a run of {@code steps}. */
        public int every(int steps) {
            return every == null ? Math.max(1, steps / TIMES_A_RUN) : every;
        }
    }

    /** When checkpoints are written and how many stay. */
    public record Checkpoint(
            @Setting(value = "Steps between two checkpoints; left out: ten a run.", range = "[1, inf)")
            Integer every,

            @Setting(value = "Newest checkpoints that stay.", range = "[1, inf)", changeable = true)
            int keep) {

        /** Steps between two checkpoints in a run of {@code steps}. */
        public int every(int steps) {
            return every == null ? Math.max(1, steps / 10) : every;
        }
    }

    /** The paper's recipe, for a small model and ten minutes; the sizes of the model are not set. */
    public static TrainConfig defaults() {
        return new TrainConfig(
                Model.UNSET,
                new Optimizer(null, 0.9, 0.95, 1e-8, 0.1, 1.0),
                new Schedule(null, 10, 2000, 0.1, 0.1),
                new Batch(null, 4096, 8192),
                new Evaluation(null, 32768),
                new Checkpoint(null, 2),
                1,
                ActivationPolicy.SAVE_LINEAR,
                Precision.AUTO,
                0,
                null,
                false);
    }

    /** The defaults, changed by the keys of a YAML file. */
    public static TrainConfig read(Path file) {
        return ConfigFile.read(file);
    }

    /** The configuration that {@link #values} describes, after a way through JSON too. */
    public static TrainConfig of(Map<String, ?> values) {
        TrainConfig config = defaults();
        for (Map.Entry<String, ?> entry : values.entrySet()) {
            config = config.with(entry.getKey(), entry.getValue());
        }
        return config;
    }

    /**
     * This configuration with one key changed.
     *
     * @param key its dotted name, {@code optimizer.learningRate}
     * @param value of the type of the key, or its text; null leaves an optional key out
     */
    public TrainConfig with(String key, Object value) {
        return ConfigKeys.with(this, key, value);
    }

    /** This configuration with {@code key=value}, as typed after {@code --set}. */
    public TrainConfig with(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 0) {
            throw UserError.usage("--set %s is not of the form key=value", assignment);
        }
        return with(assignment.substring(0, equals).strip(), assignment.substring(equals + 1));
    }

    /** This configuration for a model of the sizes of {@code model}, apart from its vocabulary. */
    public TrainConfig with(LlamaConfig model) {
        return new TrainConfig(
                Model.of(model),
                optimizer,
                schedule,
                batch,
                evaluation,
                checkpoint,
                seed,
                activationPolicy,
                precision,
                threads,
                progressEvery,
                ui);
    }

    /** Every key with its value, in the order of the documentation; null where it is left out. */
    public Map<String, Object> values() {
        return ConfigKeys.values(this);
    }

    /** Whether a run may be resumed with another value of {@code key}. */
    public static boolean changeable(String key) {
        return ConfigKeys.find(key).setting().changeable();
    }

    /**
     * This configuration for {@code model}, with what follows from it (learning rate, sequence length) filled in and
     * checked; sizes that do not divide are a {@link UserError}.
     */
    public TrainConfig resolve(LlamaConfig model) {
        Batch resolved = resolveBatch(model.contextLength());
        double learningRate = optimizer.learningRate == null ? defaultLearningRate(model) : optimizer.learningRate;
        return with(model)
                .with("batch.sequenceLength", resolved.sequenceLength)
                .with("optimizer.learningRate", learningRate);
    }

    private Batch resolveBatch(int contextLength) {
        int time = batch.sequenceLength == null ? contextLength : batch.sequenceLength;
        if (time > contextLength) {
            throw UserError.usage(
                    "batch.sequenceLength is %d; the model's contextLength is %d, so it may be at most that",
                    time, contextLength);
        }
        requireMultiple("batch.microBatchTokens", batch.microBatchTokens, "batch.sequenceLength", time);
        requireMultiple("batch.batchTokens", batch.batchTokens, "batch.microBatchTokens", batch.microBatchTokens);
        return new Batch(time, batch.microBatchTokens, batch.batchTokens);
    }

    private static double defaultLearningRate(LlamaConfig model) {
        double billions = model.parameterCount() / 1e9;
        return billions >= 20 ? 1.5e-4 : billions >= 5 ? 3e-4 : 1e-3;
    }

    private static void requireMultiple(String key, int value, String unitKey, int unit) {
        if (value % unit != 0) {
            int above = (value / unit + 1) * unit;
            throw UserError.usage(
                    "%s is %d, which is not a multiple of %s (%d); nearest: %s",
                    key, value, unitKey, unit, value < unit ? unit : (above - unit) + " and " + above);
        }
    }
}
