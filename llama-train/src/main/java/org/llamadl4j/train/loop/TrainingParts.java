package org.llamadl4j.train.loop;

import java.util.Optional;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.TokenBatches;
import org.llamadl4j.train.data.TokenDataset;

/**
 * What a step works on.
 *
 * @param model whose weights are trained
 * @param batches of the training split, at the cursor of the next step
 * @param update of the weights of {@code model}
 * @param heldOut empty without a held-out split
 */
record TrainingParts(LlamaModel model, TokenBatches batches, TrainingUpdate update, Optional<HeldOutLoss> heldOut) {

    /**
     * Allocates everything for {@code model}.
     *
     * @param config resolved for the model
     */
    static TrainingParts of(LlamaModel model, TrainConfig config, TokenDataset data, TokenBatches batches) {
        Kernels kernels = model.kernels();
        int batch = config.batch().microBatchSequences();
        int time = config.batch().sequenceLength();
        return new TrainingParts(
                model,
                batches,
                TrainingUpdate.of(model.weights(), config, kernels),
                HeldOutLoss.isPossible(data.validation())
                        ? Optional.of(new HeldOutLoss(data.validation(), model.weights(), batch, time, kernels))
                        : Optional.empty());
    }

    Kernels kernels() {
        return model.kernels();
    }
}
