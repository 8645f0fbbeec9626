package org.llamadl4j.train.loop;

import lombok.AccessLevel;
import lombok.Getter;
import lombok.RequiredArgsConstructor;
import lombok.experimental.Accessors;
import org.llamadl4j.model.GradientPass;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.optim.AdamW;
import org.llamadl4j.train.optim.GradientClipping;

/**
 * What changes the weights of a model: forward and backward of a batch, one micro-batch after the other, clipping by
 * global norm, and AdamW. Everything is allocated when it is made.
 */
@Getter
@Accessors(fluent = true)
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
public final class TrainingUpdate {

    /** Forward and backward of one micro-batch. */
    private final GradientPass pass;

    /** What {@link #pass} adds to. */
    private final LlamaWeights gradients;

    private final AdamW optimizer;

    @Getter(AccessLevel.NONE)
    private final GradientClipping clipping;

    @Getter(AccessLevel.NONE)
    private final int microBatches;

    /** (N) of one micro-batch. */
    @Getter(AccessLevel.NONE)
    private final int[] tokens;

    /** (N), the token that follows each. */
    @Getter(AccessLevel.NONE)
    private final int[] targets;

    @Getter(AccessLevel.NONE)
    private final Kernels kernels;

    /** Where micro-batches come from. */
    @FunctionalInterface
    public interface MicroBatches {

        /** Fills both with the next micro-batch, (N) each. */
        void next(int[] tokens, int[] targets);
    }

    /**
     * What a batch says about the weights.
     *
     * @param loss mean over the batch, nats per token
     * @param norm global norm of its gradient, before clipping
     */
    public record Gradient(double loss, double norm) {}

    /**
     * Allocates what updates of {@code weights} need.
     *
     * @param config resolved for the model
     */
    public static TrainingUpdate of(LlamaWeights weights, TrainConfig config, Kernels kernels) {
        TrainConfig.Batch batch = config.batch();
        LlamaWeights gradients = LlamaWeights.zeros(weights.config(), kernels);
        return new TrainingUpdate(
                new GradientPass(
                        weights,
                        gradients,
                        batch.microBatchSequences(),
                        batch.sequenceLength(),
                        config.activationPolicy(),
                        kernels),
                gradients,
                new AdamW(weights, config.optimizer(), kernels),
                new GradientClipping(config.optimizer().clipNorm()),
                batch.microBatches(),
                new int[batch.microBatchTokens()],
                new int[batch.microBatchTokens()],
                kernels);
    }

    /** Makes {@link #gradients} those of the next batch of {@code source}. */
    public Gradient computeGradient(MicroBatches source) {
        for (String name : gradients.names()) {
            kernels.fill(gradients.get(name), 0);
        }
        double loss = 0;
        for (int i = 0; i < microBatches; i++) {
            source.next(tokens, targets);
            loss += pass.run(tokens, targets, 1.0 / microBatches) / microBatches;
        }
        return new Gradient(loss, GradientClipping.norm(gradients, kernels));
    }

    /**
     * Changes the weights by {@link #gradients}, clipped.
     *
     * @param step number of the update, from 1
     * @param learningRate η of this step
     * @param norm of the gradients
     */
    public void apply(int step, double learningRate, double norm) {
        optimizer.update(step, gradients, learningRate, clipping.scale(norm));
    }
}
