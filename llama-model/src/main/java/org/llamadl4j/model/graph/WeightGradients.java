package org.llamadl4j.model.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The nodes that compute gradients of weights, by the name of the weight, in the order in which they are complete. A
 * weight that is used twice (tied embeddings) has two, and its gradient is their sum.
 */
public final class WeightGradients {

    private final Map<String, List<SDVariable>> byWeight = new LinkedHashMap<>();

    /** Adds {@code dWeight} to the gradient of {@code weight}. */
    void add(SDVariable weight, SDVariable dWeight) {
        byWeight.computeIfAbsent(weight.name(), name -> new ArrayList<>()).add(dWeight);
    }

    /** The summands of the gradient of each weight. */
    public Map<String, List<SDVariable>> summands() {
        Map<String, List<SDVariable>> copy = new LinkedHashMap<>();
        byWeight.forEach((name, summands) -> copy.put(name, List.copyOf(summands)));
        return copy;
    }
}
