package org.llamadl4j.notebook;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import lombok.experimental.UtilityClass;
import org.llamadl4j.model.GradientPass;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.graph.ActivationPolicy;
import org.llamadl4j.model.graph.LlamaGraph;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The gradient of the mean loss of one sequence with respect to every weight, computed in two ways. */
@UtilityClass
class Gradients {

    /** By the backward pass that is written by hand. */
    Map<String, INDArray> byHand(LlamaModel model, int[] tokens) {
        LlamaWeights gradients = LlamaWeights.zeros(model.config(), model.kernels());
        int time = tokens.length - 1;
        new GradientPass(model.weights(), gradients, 1, time, ActivationPolicy.SAVE_LINEAR, model.kernels())
                .run(inputs(tokens), targets(tokens), 1);
        return arrays(gradients, model);
    }

    /** By SameDiff, from the derivative of each operation. */
    Map<String, INDArray> byAutograd(LlamaModel model, int[] tokens) {
        if (model.weights().rotaryPairs() != RotaryPairs.ADJACENT) {
            throw new IllegalArgumentException("the graph for SameDiff takes query and key rows in Meta's order");
        }
        Map<String, INDArray> weights = arrays(model.weights(), model);
        LlamaGraph graph = LlamaGraph.of(model.config(), 1, tokens.length - 1, weights, model.kernels());
        graph.addLoss();
        Map<String, INDArray> placeholders = Map.of(
                LlamaGraph.TOKENS, Nd4j.createFromArray(inputs(tokens)),
                LlamaGraph.TARGETS, Nd4j.createFromArray(targets(tokens)));
        Map<String, INDArray> computed =
                quietly(() -> graph.getSameDiff().calculateGradients(placeholders, weights.keySet()));
        Map<String, INDArray> ordered = new LinkedHashMap<>();
        weights.keySet().forEach(name -> ordered.put(name, computed.get(name)));
        return ordered;
    }

    /** SameDiff prints a line for each operation that it differentiates; nobody can tell it not to. */
    private <T> T quietly(Supplier<T> work) {
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            return work.get();
        } finally {
            System.setOut(out);
        }
    }

    private int[] inputs(int[] tokens) {
        return Arrays.copyOf(tokens, tokens.length - 1);
    }

    private int[] targets(int[] tokens) {
        return Arrays.copyOfRange(tokens, 1, tokens.length);
    }

    private Map<String, INDArray> arrays(LlamaWeights weights, LlamaModel model) {
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        weights.tensors().forEach((name, tensor) -> arrays.put(name, array(tensor, model)));
        return arrays;
    }

    private INDArray array(Tensor tensor, LlamaModel model) {
        INDArray array = Nd4j.create(DataType.FLOAT, tensor.shape());
        model.kernels().copy(tensor, model.kernels().wrap(array));
        return array;
    }
}
