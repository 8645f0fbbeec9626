package org.llamadl4j.model;

import java.util.HashMap;
import java.util.Map;
import org.llamadl4j.model.graph.ActivationPolicy;
import org.llamadl4j.model.graph.LlamaGradient;
import org.llamadl4j.model.graph.LlamaGraph;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.plan.ExecutionPlan;

/** Forward and backward of one micro-batch, compiled once for B sequences of T tokens. */
public final class GradientPass {

    private final Kernels kernels;
    /** N. */
    private final int rows;

    private final Tensor tokens;
    private final Tensor targets;
    private final Tensor lossGradient;
    private final Tensor loss;
    private final ExecutionPlan plan;
    private final float[] scalar = new float[1];

    /**
     * @param weights the parameters, all float32; read in every run
     * @param gradients of the same configuration; every run adds to them
     * @param batch B
     * @param time T, at most the model's context
     */
    public GradientPass(
            LlamaWeights weights,
            LlamaWeights gradients,
            int batch,
            int time,
            ActivationPolicy policy,
            Kernels kernels) {
        weights.requireFloat32();
        this.kernels = kernels;
        LlamaGraph graph = LlamaGraph.of(weights.config(), weights.rotaryPairs(), batch, time);
        LlamaGradient gradient = graph.addGradient(policy);
        rows = graph.rows();
        tokens = new Tensor(kernels.allocate(ElementType.INT32, rows), rows);
        targets = new Tensor(kernels.allocate(ElementType.INT32, rows), rows);
        lossGradient = new Tensor(kernels.allocate(ElementType.FLOAT32, 1));
        loss = new Tensor(kernels.allocate(ElementType.FLOAT32, 1));

        Map<String, Tensor> bound = new HashMap<>(weights.tensors());
        bound.put(LlamaGraph.TOKENS, tokens);
        bound.put(LlamaGraph.TARGETS, targets);
        bound.put(LlamaGraph.LOSS_GRADIENT, lossGradient);
        bound.put(gradient.loss().name(), loss);
        gradient.weightGradients()
                .summands()
                .forEach((weight, summands) ->
                        summands.forEach(summand -> bound.put(summand.name(), gradients.get(weight))));
        plan = ExecutionPlan.compile(graph.getSameDiff(), bound, kernels);
    }

    /**
     * Adds {@code scale} times the gradient of the mean loss to the gradients.
     *
     * @param tokenIds (N), sequence after sequence
     * @param targetIds (N), the token that follows each, or {@link LossPass#NO_TARGET}
     * @return the mean loss, in nats
     */
    public double run(int[] tokenIds, int[] targetIds, double scale) {
        kernels.write(tokenIds, 0, tokens.buffer(), 0, rows);
        kernels.write(targetIds, 0, targets.buffer(), 0, rows);
        scalar[0] = (float) scale;
        kernels.write(scalar, 0, lossGradient.buffer(), 0, 1);
        plan.run();
        kernels.read(loss.buffer(), 0, scalar, 0, 1);
        return scalar[0];
    }

    /** Memory for activations, forward and backward. */
    public long activationBytes() {
        return plan.activationBytes();
    }
}
