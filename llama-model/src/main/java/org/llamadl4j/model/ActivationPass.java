package org.llamadl4j.model;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.graph.LlamaGraph;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.op.LlamaOp;
import org.llamadl4j.model.plan.ExecutionPlan;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every intermediate result of the forward pass over one sequence, to be looked at. It keeps them all. */
public final class ActivationPass {

    private final Kernels kernels;
    private final INDArray tokens;
    private final Map<String, INDArray> activations = new LinkedHashMap<>();
    private final ExecutionPlan plan;

    /**
     * @param weights the parameters; read in every run
     * @param time T, at most the model's context
     */
    public ActivationPass(LlamaWeights weights, int time, Kernels kernels) {
        this.kernels = kernels;
        LlamaGraph graph = LlamaGraph.of(weights.config(), weights.rotaryPairs(), 1, time);
        tokens = Nd4j.create(DataType.INT32, time);
        Map<String, Tensor> bound = new HashMap<>(weights.tensors());
        bound.put(LlamaGraph.TOKENS, kernels.wrap(tokens));
        for (SameDiffOp op : graph.getSameDiff().getOps().values()) {
            List<long[]> inputs = op.getInputsToOp().stream()
                    .map(name -> bound.get(name).shape())
                    .toList();
            List<long[]> outputs = ((LlamaOp) op.getOp()).outputShapes(inputs);
            for (int i = 0; i < outputs.size(); i++) {
                INDArray array = Nd4j.create(DataType.FLOAT, outputs.get(i));
                activations.put(op.getOutputsOfOp().get(i), array);
                bound.put(op.getOutputsOfOp().get(i), kernels.wrap(array));
            }
        }
        plan = ExecutionPlan.compile(graph.getSameDiff(), bound, kernels);
    }

    /**
     * Computes the activations of a sequence.
     *
     * @param tokenIds (T)
     * @return a matrix of T rows by the name of its node, in the order of the forward pass: {@code layers.0.q} and so on,
     *     {@code hidden} the last. The arrays are reused by the next run.
     */
    public Map<String, INDArray> run(int[] tokenIds) {
        kernels.write(tokenIds, 0, kernels.wrap(tokens).buffer(), 0, Math.toIntExact(tokens.length()));
        plan.run();
        return Collections.unmodifiableMap(activations);
    }
}
