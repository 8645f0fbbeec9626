package org.llamadl4j.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaGraph;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.plan.ExecutionPlan;

/**
 * The logits that follow a sequence, by computing the whole sequence. Plans are compiled for a few lengths and kept;
 * what lies behind a shorter sequence does not matter, because attention looks backward only.
 */
public final class LogitsPass {

    /** Lengths are rounded up to a multiple of this. */
    private static final int LENGTH_STEP = 64;

    private final LlamaWeights weights;
    private final Kernels kernels;
    private final Map<Integer, LengthPlan> plans = new HashMap<>();
    private final float[] logits;

    /** @param weights the parameters; read in every run */
    public LogitsPass(LlamaWeights weights, Kernels kernels) {
        this.weights = weights;
        this.kernels = kernels;
        logits = new float[weights.config().vocabSize()];
    }

    /**
     * Computes the logits of the token that follows.
     *
     * @param tokenIds the sequence; at least {@code length} long
     * @param length T, from 1 to the model's context
     * @return (V); the array is reused by the next run
     */
    public float[] run(int[] tokenIds, int length) {
        LlamaConfig config = weights.config();
        if (length < 1 || length > config.contextLength()) {
            throw new IllegalArgumentException(
                    "a sequence of %d tokens; the model takes 1 to %d".formatted(length, config.contextLength()));
        }
        int rounded = (length + LENGTH_STEP - 1) / LENGTH_STEP * LENGTH_STEP;
        int time = Math.min(rounded, config.contextLength());
        return plans.computeIfAbsent(time, LengthPlan::new).run(tokenIds, length);
    }

    private final class LengthPlan {

        private final Tensor tokens;
        private final Tensor lastRow;
        private final Tensor out;
        private final ExecutionPlan plan;
        private final int[] padded;

        LengthPlan(int time) {
            LlamaGraph graph = LlamaGraph.of(weights.config(), weights.rotaryPairs(), 1, time);
            String name = graph.addLogits(1).name();
            tokens = new Tensor(kernels.allocate(ElementType.INT32, time), time);
            lastRow = new Tensor(kernels.allocate(ElementType.INT32, 1), 1);
            out = new Tensor(kernels.allocate(ElementType.FLOAT32, logits.length), 1, logits.length);
            padded = new int[time];

            Map<String, Tensor> bound = new HashMap<>(weights.tensors());
            bound.put(LlamaGraph.TOKENS, tokens);
            bound.put(LlamaGraph.LOGIT_ROWS, lastRow);
            bound.put(name, out);
            plan = ExecutionPlan.compile(graph.getSameDiff(), bound, kernels);
        }

        float[] run(int[] tokenIds, int length) {
            System.arraycopy(tokenIds, 0, padded, 0, length);
            Arrays.fill(padded, length, padded.length, 0);
            kernels.write(padded, 0, tokens.buffer(), 0, padded.length);
            kernels.write(new int[] {length - 1}, 0, lastRow.buffer(), 0, 1);
            plan.run();
            kernels.read(out.buffer(), 0, logits, 0, logits.length);
            return logits;
        }
    }
}
