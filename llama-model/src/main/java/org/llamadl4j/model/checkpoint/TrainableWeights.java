package org.llamadl4j.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;

/** Weights as training has them: float32, query and key rows in Meta's order, in memory that may be written. */
public final class TrainableWeights {

    private TrainableWeights() {}

    /** {@code weights} themselves where they are so; else a copy that is, made a piece of a tensor at a time. */
    public static LlamaWeights of(LlamaWeights weights, Kernels kernels) {
        if (isTrainable(weights)) {
            return weights;
        }
        Map<String, Tensor> copies = new LinkedHashMap<>();
        weights.tensors().forEach((name, tensor) -> copies.put(name, copy(name, tensor, weights, kernels)));
        return LlamaWeights.of(weights.config(), RotaryPairs.ADJACENT, copies);
    }

    private static boolean isTrainable(LlamaWeights weights) {
        return weights.rotaryPairs() == RotaryPairs.ADJACENT
                && weights.tensors().values().stream()
                        .map(Tensor::buffer)
                        .allMatch(buffer -> buffer.elementType() == ElementType.FLOAT32 && buffer.isWritable());
    }

    private static Tensor copy(String name, Tensor tensor, LlamaWeights weights, Kernels kernels) {
        LlamaConfig config = weights.config();
        Tensor copy = new Tensor(kernels.allocate(ElementType.FLOAT32, tensor.size()), tensor.shape());
        boolean moves = HuggingFaceName.isRotary(name) && weights.rotaryPairs() == RotaryPairs.HALVES;
        int most = (int) Math.min(tensor.size(), WeightPieces.length(name, tensor.shape(), config));
        float[] elements = new float[most];
        float[] reordered = new float[moves ? most : 0];
        for (long offset = 0; offset < tensor.size(); offset += most) {
            int length = (int) Math.min(most, tensor.size() - offset);
            kernels.read(tensor.buffer(), offset, elements, 0, length);
            if (moves) {
                RotaryOrder.toMeta(elements, reordered, config.headDim(), config.dim());
            }
            kernels.write(moves ? reordered : elements, 0, copy.buffer(), offset, length);
        }
        return copy;
    }
}
