package org.llamadl4j.train.optim;

import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;

/**
 * Clipping by global norm (Pascanu et al., 2013): a gradient longer than a limit is scaled down to it as a whole.
 *
 * @param maximumNorm the limit, 1.0 in the paper
 */
public record GradientClipping(double maximumNorm) {

    /** Euclidean norm over all parameters together. */
    public static double norm(LlamaWeights gradients, Kernels kernels) {
        double sumOfSquares = 0;
        for (String name : gradients.names()) {
            sumOfSquares += kernels.sumOfSquares(gradients.get(name));
        }
        return Math.sqrt(sumOfSquares);
    }

    /** The factor for a gradient of norm {@code norm}: 1 up to the limit, limit / norm beyond. */
    public double scale(double norm) {
        return norm > maximumNorm ? maximumNorm / norm : 1;
    }
}
