package org.llamadl4j.model.graph;

import java.util.List;
import java.util.function.Function;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.op.CachedAttention;
import org.llamadl4j.model.op.CausalAttention;
import org.llamadl4j.model.op.Linear;
import org.llamadl4j.model.op.ResidualAdd;
import org.llamadl4j.model.op.RmsNorm;
import org.llamadl4j.model.op.Rope;
import org.llamadl4j.model.op.RopeAt;
import org.llamadl4j.model.op.SwiGlu;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * One layer of the transformer: attention and a feed-forward network, each behind an RMSNorm and beside the residual
 * stream (section 2.2).
 *
 * @param index which layer, from 0
 * @param config sizes
 * @param rotary how queries and keys are rotated
 * @param attentionNorm (D)
 * @param wq (H·K, D)
 * @param wk (G·K, D)
 * @param wv (G·K, D)
 * @param wo (D, H·K)
 * @param ffnNorm (D)
 * @param w1 (F,D)
 * @param w2 (D,F)
 * @param w3 (F,D)
 */
record TransformerLayer(
        int index,
        LlamaConfig config,
        RotaryEmbedding rotary,
        SDVariable attentionNorm,
        SDVariable wq,
        SDVariable wk,
        SDVariable wv,
        SDVariable wo,
        SDVariable ffnNorm,
        SDVariable w1,
        SDVariable w2,
        SDVariable w3) {

    static TransformerLayer of(
            int index, LlamaConfig config, RotaryEmbedding rotary, Function<String, SDVariable> weights) {
        return new TransformerLayer(
                index,
                config,
                rotary,
                weights.apply(LlamaWeights.attentionNorm(index)),
                weights.apply(LlamaWeights.wq(index)),
                weights.apply(LlamaWeights.wk(index)),
                weights.apply(LlamaWeights.wv(index)),
                weights.apply(LlamaWeights.wo(index)),
                weights.apply(LlamaWeights.ffnNorm(index)),
                weights.apply(LlamaWeights.w1(index)),
                weights.apply(LlamaWeights.w2(index)),
                weights.apply(LlamaWeights.w3(index)));
    }

    /** The feed-forward network's nodes; {@code out} is the residual stream that leaves the layer. */
    private record FeedForward(SDVariable input, SDVariable gate, SDVariable up, SDVariable product, SDVariable out) {}

    /** Adds the layer's nodes over whole sequences {@code x}; {@code suffix} tells a second computation from the first. */
    LayerActivations forward(SDVariable x, AttentionShape shape, String suffix) {
        SDVariable attentionInput = attentionInput(x, suffix);
        List<SDVariable> qkv = qkv(attentionInput, suffix);
        SDVariable q = Rope.of(name("q", suffix), qkv.get(0), shape.time(), rotary);
        SDVariable k = Rope.of(name("k", suffix), qkv.get(1), shape.time(), rotary);
        SDVariable v = qkv.get(2);
        CausalAttention.Result attention = CausalAttention.of(name("attention", suffix), shape, q, k, v);
        SDVariable h = addAttention(x, attention.out(), suffix);
        FeedForward ffn = feedForward(h, suffix);
        return new LayerActivations(
                x, attentionInput, q, k, v, attention, h, ffn.input(), ffn.gate(), ffn.up(), ffn.product(), ffn.out());
    }

    /** Adds the layer's nodes over rows that continue sequences of a cache; the residual stream that leaves it. */
    SDVariable decode(SDVariable x, CachedAttention.Rows rows, CachedAttention.Cache cache) {
        List<SDVariable> qkv = qkv(attentionInput(x, ""), "");
        SDVariable q = RopeAt.of(name("q", ""), qkv.get(0), rows.positions(), rotary);
        SDVariable k = RopeAt.of(name("k", ""), qkv.get(1), rows.positions(), rotary);
        SDVariable attention = CachedAttention.of(name("attention", ""), q, k, qkv.get(2), rows, cache);
        return feedForward(addAttention(x, attention, ""), "").out();
    }

    private List<SDVariable> qkv(SDVariable attentionInput, String suffix) {
        return Linear.of(
                List.of(name("xq", suffix), name("xk", suffix), name("v", suffix)), attentionInput, qkvWeights());
    }

    private SDVariable addAttention(SDVariable x, SDVariable attention, String suffix) {
        return ResidualAdd.of(name("h", suffix), x, Linear.of(name("xo", suffix), attention, wo));
    }

    private FeedForward feedForward(SDVariable h, String suffix) {
        SDVariable input = ffnInput(h, suffix);
        List<SDVariable> gateAndUp =
                Linear.of(List.of(name("gate", suffix), name("up", suffix)), input, gateAndUpWeights());
        SDVariable gate = gateAndUp.get(0);
        SDVariable up = gateAndUp.get(1);
        SDVariable product = product(gate, up, suffix);
        SDVariable out = ResidualAdd.of(name("out", suffix), h, Linear.of(name("down", suffix), product, w2));
        return new FeedForward(input, gate, up, product, out);
    }

    /** The weights over attention's input, in one node. */
    List<SDVariable> qkvWeights() {
        return List.of(wq, wk, wv);
    }

    /** The weights over the feed-forward network's input, in one node. */
    List<SDVariable> gateAndUpWeights() {
        return List.of(w1, w3);
    }

    /** RMSNorm before attention. */
    SDVariable attentionInput(SDVariable x, String suffix) {
        return RmsNorm.of(name("attention_input", suffix), x, attentionNorm, config.normEps());
    }

    /** RMSNorm before the feed-forward network. */
    SDVariable ffnInput(SDVariable h, String suffix) {
        return RmsNorm.of(name("ffn_input", suffix), h, ffnNorm, config.normEps());
    }

    /** SwiGLU of {@code gate} and {@code up}. */
    SDVariable product(SDVariable gate, SDVariable up, String suffix) {
        return SwiGlu.of(name("product", suffix), gate, up);
    }

    /** What a node of this layer is called in the graph. */
    String name(String node, String suffix) {
        return "layers." + index + "." + node + suffix;
    }
}
