package org.llamadl4j.train.loop;

import java.util.Optional;
import org.llamadl4j.model.GradientPass;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.TokenBatches;
import org.llamadl4j.train.data.TokenDataset;
import org.llamadl4j.train.optim.AdamW;

/**
 * What a step works on.
 *
 * @param model whose weights are trained
 * @param batches of the training split, at the cursor of the next step
 * @param pass forward and backward of one micro-batch
 * @param gradients what {@code pass} adds to
 * @param optimizer over the weights of {@code model}
 * @param heldOut empty without a held-out split
 */
record TrainingParts(
        LlamaModel model,
        TokenBatches batches,
        GradientPass pass,
        LlamaWeights gradients,
        AdamW optimizer,
        Optional<HeldOutLoss> heldOut) {

    /**
     * Allocates everything for {@code model}.
     *
     * @param config resolved for the model
     */
    static TrainingParts of(LlamaModel model, TrainConfig config, TokenDataset data, TokenBatches batches) {
        Kernels kernels = model.kernels();
        LlamaWeights weights = model.weights();
        int batch = config.batch().microBatchSequences();
        int time = config.batch().sequenceLength();
        LlamaWeights gradients = LlamaWeights.zeros(model.config(), kernels);
        return new TrainingParts(
                model,
                batches,
                new GradientPass(weights, gradients, batch, time, config.activationPolicy(), kernels),
                gradients,
                new AdamW(weights, config.optimizer(), kernels),
                HeldOutLoss.isPossible(data.validation())
                        ? Optional.of(new HeldOutLoss(data.validation(), weights, batch, time, kernels))
                        : Optional.empty());
    }

    Kernels kernels() {
        return model.kernels();
    }

    void clearGradients() {
        for (String name : gradients.names()) {
            kernels().fill(gradients.get(name), 0);
        }
    }
}
