package org.llamadl4j.model;

import java.util.HashMap;
import java.util.Map;
import org.llamadl4j.model.graph.LlamaGraph;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.op.CrossEntropy;
import org.llamadl4j.model.plan.ExecutionPlan;

/** The loss of every token, forward only, compiled once for B sequences of T tokens. */
public final class LossPass {

    /** In place of a target: this row has none, and its loss is 0. */
    public static final int NO_TARGET = -1;

    private final Kernels kernels;
    private final Tensor tokens;
    private final Tensor targets;
    private final Tensor tokenLoss;
    private final ExecutionPlan plan;
    private final float[] losses;

    /**
     * @param weights the parameters; read in every run
     * @param batch B
     * @param time T, at most the model's context
     */
    public LossPass(LlamaWeights weights, int batch, int time, Kernels kernels) {
        this.kernels = kernels;
        LlamaGraph graph = LlamaGraph.of(weights.config(), weights.rotaryPairs(), batch, time);
        CrossEntropy.Result loss = graph.addLoss();
        int rows = graph.rows();
        tokens = new Tensor(kernels.allocate(ElementType.INT32, rows), rows);
        targets = new Tensor(kernels.allocate(ElementType.INT32, rows), rows);
        tokenLoss = new Tensor(kernels.allocate(ElementType.FLOAT32, rows), rows);
        losses = new float[rows];

        Map<String, Tensor> bound = new HashMap<>(weights.tensors());
        bound.put(LlamaGraph.TOKENS, tokens);
        bound.put(LlamaGraph.TARGETS, targets);
        bound.put(loss.tokenLoss().name(), tokenLoss);
        plan = ExecutionPlan.compile(graph.getSameDiff(), bound, kernels);
    }

    /**
     * Computes the loss of every target.
     *
     * @param tokenIds (N), sequence after sequence
     * @param targetIds (N), the token that follows each, or {@link #NO_TARGET}
     * @return (N) nats, 0 without a target; the array is reused by the next run
     */
    public float[] run(int[] tokenIds, int[] targetIds) {
        kernels.write(tokenIds, 0, tokens.buffer(), 0, losses.length);
        kernels.write(targetIds, 0, targets.buffer(), 0, losses.length);
        plan.run();
        kernels.read(tokenLoss.buffer(), 0, losses, 0, losses.length);
        return losses;
    }
}
