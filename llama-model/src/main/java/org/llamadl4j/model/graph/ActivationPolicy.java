package org.llamadl4j.model.graph;

import org.llamadl4j.model.config.LlamaConfig;

/** Which activations of a transformer layer are kept from its forward pass for its gradient (section 2.4). */
public enum ActivationPolicy {

    /**
     * The outputs of linear layers, the attention output and its log-sum-exp, and the residual stream; RMSNorm and
     * SwiGLU, cheap beside a matrix product, are computed again.
     */
    SAVE_LINEAR,

    /** Everything; nothing is computed twice. */
    SAVE_ALL,

    /** The layer's input alone; the layer is computed a second time in backward. */
    RECOMPUTE_LAYER;

    /** Whether the outputs of RMSNorm and SwiGLU are at hand in backward without computing them again one by one. */
    boolean hasNormsAndProduct() {
        return this != SAVE_LINEAR;
    }

    /** Bytes that one token keeps in one layer between forward and backward. */
    public long bytesPerTokenAndLayer(LlamaConfig config) {
        long input = config.dim();
        // q and attention output, k and v, log-sum-exp, residual stream between the blocks, gate and up
        long linear =
                2L * config.queryDim() + 2L * config.kvDim() + config.heads() + config.dim() + 2L * config.hiddenDim();
        // both norms, and the product of SwiGLU
        long cheap = 2L * config.dim() + config.hiddenDim();
        long floats = switch (this) {
            case RECOMPUTE_LAYER -> input;
            case SAVE_LINEAR -> input + linear;
            case SAVE_ALL -> input + linear + cheap;
        };
        return floats * Float.BYTES;
    }
}
