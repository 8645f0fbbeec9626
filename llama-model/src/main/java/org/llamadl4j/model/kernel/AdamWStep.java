package org.llamadl4j.model.kernel;

/**
 * The constants of one AdamW update (Loshchilov and Hutter, 2019, algorithm 2).
 *
 * @param learningRate η, already scaled by the schedule
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay λ, multiplied by η; 0 for tensors that do not decay
 * @param step number of this update, from 1, for bias correction
 * @param gradientScale factor applied to the gradient first: clipping by global norm
 */
public record AdamWStep(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        long step,
        double gradientScale) {}
