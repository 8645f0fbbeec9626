package org.llamadl4j.model.graph;

import java.util.HashMap;
import java.util.Map;
import lombok.Getter;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.op.CachedAttention;
import org.llamadl4j.model.op.Embedding;
import org.llamadl4j.model.op.Linear;
import org.llamadl4j.model.op.LogSumExp;
import org.llamadl4j.model.op.RmsNorm;
import org.llamadl4j.model.op.SelectRows;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A LLaMA as a SameDiff graph for inference: N rows that continue sequences of a cache, any number of each. It has two
 * parts, to be compiled apart, since few of the rows need logits: the layers, which end in {@link #STREAM_OUT}, and the head
 * over M rows of {@link #STREAM_IN}. N, M and the sizes of the cache are those of the memory that it is compiled over.
 */
@Getter
public final class DecoderGraph {

    /** Placeholder (N) int32: the tokens. */
    public static final String TOKENS = LlamaGraph.TOKENS;

    /** Placeholder (N) int32: the sequence that each row continues; negative for rows that stand for nothing. */
    public static final String SEQUENCES = "sequences";

    /** Placeholder (N) int32: where in its sequence each row is. */
    public static final String POSITIONS = "positions";

    /** Placeholder (N,D): the residual stream after the last layer. */
    public static final String STREAM_IN = "stream";

    /** Placeholder (M) int32: the rows whose logits are wanted. */
    public static final String LOGIT_ROWS = LlamaGraph.LOGIT_ROWS;

    /** (M,V). */
    public static final String LOGITS = "logits";

    /** (M): the log-sum-exp of each row of logits. */
    public static final String LOG_SUM_EXP = "log_sum_exp";

    private final LlamaConfig config;
    private final SameDiff sameDiff = SameDiff.create();

    /** The name of the residual stream (N,D) that leaves the last layer. */
    private final String streamOut;

    /**
     * A graph whose weights and caches are placeholders.
     *
     * @param pairs the order of query and key rows in the weights
     */
    public DecoderGraph(LlamaConfig config, RotaryPairs pairs) {
        this.config = config;
        Map<String, SDVariable> weights = new HashMap<>();
        LlamaWeights.shapes(config)
                .forEach((name, shape) -> weights.put(name, sameDiff.placeHolder(name, DataType.FLOAT, shape)));
        SDVariable tokens = sameDiff.placeHolder(TOKENS, DataType.INT32, -1);
        CachedAttention.Rows rows = new CachedAttention.Rows(
                sameDiff.placeHolder(SEQUENCES, DataType.INT32, -1),
                sameDiff.placeHolder(POSITIONS, DataType.INT32, -1));
        RotaryEmbedding rotary = config.rotary(pairs);
        SDVariable x = Embedding.of("embedding", tokens, weights.get(LlamaWeights.EMBEDDING));
        for (int index = 0; index < config.layers(); index++) {
            CachedAttention.Cache cache = new CachedAttention.Cache(cache(keys(index)), cache(values(index)));
            x = TransformerLayer.of(index, config, rotary, weights::get).decode(x, rows, cache);
        }
        streamOut = x.name();

        SDVariable stream = sameDiff.placeHolder(STREAM_IN, DataType.FLOAT, -1, config.dim());
        SDVariable wanted = sameDiff.placeHolder(LOGIT_ROWS, DataType.INT32, -1);
        SDVariable hidden = RmsNorm.of(
                "hidden", SelectRows.of("wanted", stream, wanted), weights.get(LlamaWeights.NORM), config.normEps());
        SDVariable output = weights.get(config.tiedEmbeddings() ? LlamaWeights.EMBEDDING : LlamaWeights.OUTPUT);
        LogSumExp.of(LOG_SUM_EXP, Linear.of(LOGITS, hidden, output));
    }

    /** Placeholder (S,C,G,K): a layer's cached keys. */
    public static String keys(int layer) {
        return "cache." + layer + ".keys";
    }

    /** Placeholder (S,C,G,K): a layer's cached values. */
    public static String values(int layer) {
        return "cache." + layer + ".values";
    }

    private SDVariable cache(String name) {
        return sameDiff.placeHolder(name, DataType.FLOAT, -1, -1, config.kvHeads(), config.headDim());
    }
}
