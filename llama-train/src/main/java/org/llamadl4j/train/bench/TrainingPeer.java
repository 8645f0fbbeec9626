package org.llamadl4j.train.bench;

import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.train.config.TrainConfig;

/**
 * Other software that trains the same model, to be measured against. {@link ServiceLoader} finds those that the build
 * brings.
 */
public interface TrainingPeer {

    /** As typed after {@code --peer}. */
    String name();

    /**
     * A model ready to be trained.
     *
     * @param initial its weights, in the memory of {@code kernels}; copied
     * @param config resolved for the model: batch and optimizer
     * @param threads that it may use
     */
    Training start(LlamaWeights initial, Kernels kernels, TrainConfig config, int threads);

    /** One model in training. */
    interface Training {

        /** What computes, in one line. */
        String description();

        /**
         * Forward, backward, clipping by global norm and AdamW.
         *
         * @param tokens (N), sequence after sequence
         * @param targets (N), the token that follows each
         * @return the mean loss before the update, nats per token
         */
        double step(int[] tokens, int[] targets);
    }

    /** The peer of that name, where the build brings it and what it needs. */
    static Optional<TrainingPeer> find(String name) {
        try {
            List<TrainingPeer> all = ServiceLoader.load(TrainingPeer.class).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
            return all.stream().filter(peer -> peer.name().equals(name)).findFirst();
        } catch (ServiceConfigurationError e) {
            // Compiled by an earlier build with the peers, but their libraries are not in the class path of this one.
            return Optional.empty();
        }
    }
}
