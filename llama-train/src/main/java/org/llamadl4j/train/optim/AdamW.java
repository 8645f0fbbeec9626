package org.llamadl4j.train.optim;

import lombok.Getter;
import lombok.experimental.Accessors;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.AdamWStep;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.train.config.TrainConfig;

/**
 * AdamW (Loshchilov and Hutter, 2019, algorithm 2) over all parameters of a model. Matrices decay; the vectors of
 * RMSNorm do not.
 */
@Getter
@Accessors(fluent = true)
public final class AdamW {

    private final LlamaWeights weights;
    private final TrainConfig.Optimizer config;
    private final Kernels kernels;

    /** m, the decaying mean of gradients, in the order of {@link LlamaWeights}. */
    private final LlamaWeights firstMoment;

    /** v, the decaying mean of squared gradients. */
    private final LlamaWeights secondMoment;

    /** Moments of zero for {@code weights}, which {@link #update} changes in place. */
    public AdamW(LlamaWeights weights, TrainConfig.Optimizer config, Kernels kernels) {
        this.weights = weights;
        this.config = config;
        this.kernels = kernels;
        this.firstMoment = LlamaWeights.zeros(weights.config(), kernels);
        this.secondMoment = LlamaWeights.zeros(weights.config(), kernels);
    }

    /**
     * One update.
     *
     * @param step its number, from 1, for bias correction
     * @param gradients read only
     * @param learningRate η of this step
     * @param gradientScale factor applied to the gradients first, from {@link GradientClipping#scale}
     */
    public void update(long step, LlamaWeights gradients, double learningRate, double gradientScale) {
        AdamWStep matrix = constants(step, learningRate, config.weightDecay(), gradientScale);
        AdamWStep vector = constants(step, learningRate, 0, gradientScale);
        for (String name : weights.names()) {
            Tensor weight = weights.get(name);
            boolean decays = weight.shape().length > 1;
            kernels.adamW(
                    decays ? matrix : vector,
                    weight,
                    gradients.get(name),
                    firstMoment.get(name),
                    secondMoment.get(name));
        }
    }

    private AdamWStep constants(long step, double learningRate, double weightDecay, double gradientScale) {
        return new AdamWStep(
                learningRate, config.beta1(), config.beta2(), config.epsilon(), weightDecay, step, gradientScale);
    }
}
