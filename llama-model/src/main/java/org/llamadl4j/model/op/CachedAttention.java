package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Attention of new rows, of any sequences at any positions, to what a cache keeps of these sequences and to each other:
 * q(N, H·K), k(N, G·K), v(N, G·K), sequences(N) int32, positions(N) int32, keys(S,C,G,K), values(S,C,G,K) → out(N, H·K).
 *
 * <p>Unlike other ops it modifies inputs: the new keys and values enter the cache. For inference alone, so it has no
 * gradient.
 */
public final class CachedAttention extends LlamaOp {

    static final String NAME = "llama_cached_attention";

    /**
     * The rows of a graph.
     *
     * @param sequences (N) int32, which sequence of the cache each continues; negative for rows that stand for nothing
     * @param positions (N) int32, where in their sequences
     */
    public record Rows(SDVariable sequences, SDVariable positions) {}

    /**
     * What one layer keeps.
     *
     * @param keys (S,C,G,K)
     * @param values (S,C,G,K)
     */
    public record Cache(SDVariable keys, SDVariable values) {}

    public CachedAttention() {
        super(1);
    }

    private CachedAttention(SameDiff sd, SDVariable... inputs) {
        super(1, sd, inputs);
    }

    public static SDVariable of(String output, SDVariable q, SDVariable k, SDVariable v, Rows rows, Cache cache) {
        return new CachedAttention(
                        q.getSameDiff(), q, k, v, rows.sequences(), rows.positions(), cache.keys(), cache.values())
                .outputVariables(output)[0];
    }

    @Override
    public String opName() {
        return NAME;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
        return List.of(inputs.get(0));
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.cachedAttention(in[0], in[1], in[2], in[3], in[4], in[5], in[6], out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        throw new IllegalStateException(opName() + " is for inference and has no gradient; train with CausalAttention");
    }
}
