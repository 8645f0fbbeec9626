package org.llamadl4j.model.graph;

import java.util.List;
import java.util.function.Function;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.op.CausalAttention;
import org.llamadl4j.model.op.Linear;
import org.llamadl4j.model.op.ResidualAdd;
import org.llamadl4j.model.op.RmsNorm;
import org.llamadl4j.model.op.Rope;
import org.llamadl4j.model.op.SwiGlu;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * One layer of the transformer: attention and a feed-forward network, each behind an RMSNorm and beside the residual
 * stream (section 2.2).
 *
 * @param index which layer, from 0
 * @param config sizes
 * @param shape of attention
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
        AttentionShape shape,
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
            int index,
            LlamaConfig config,
            AttentionShape shape,
            RotaryEmbedding rotary,
            Function<String, SDVariable> weights) {
        return new TransformerLayer(
                index,
                config,
                shape,
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

    /** Adds the layer's nodes over {@code x}; {@code suffix} tells a second computation from the first. */
    LayerActivations forward(SDVariable x, String suffix) {
        SDVariable attentionInput = attentionInput(x, suffix);
        List<SDVariable> qkv = Linear.of(
                List.of(name("xq", suffix), name("xk", suffix), name("v", suffix)), attentionInput, qkvWeights());
        SDVariable q = rope(qkv.get(0), "q", suffix);
        SDVariable k = rope(qkv.get(1), "k", suffix);
        SDVariable v = qkv.get(2);
        CausalAttention.Result attention = CausalAttention.of(name("attention", suffix), shape, q, k, v);
        SDVariable h = ResidualAdd.of(name("h", suffix), x, Linear.of(name("xo", suffix), attention.out(), wo));
        SDVariable ffnInput = ffnInput(h, suffix);
        List<SDVariable> gateAndUp =
                Linear.of(List.of(name("gate", suffix), name("up", suffix)), ffnInput, gateAndUpWeights());
        SDVariable gate = gateAndUp.get(0);
        SDVariable up = gateAndUp.get(1);
        SDVariable product = product(gate, up, suffix);
        SDVariable out = ResidualAdd.of(name("out", suffix), h, Linear.of(name("down", suffix), product, w2));
        return new LayerActivations(x, attentionInput, q, k, v, attention, h, ffnInput, gate, up, product, out);
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

    private SDVariable rope(SDVariable x, String node, String suffix) {
        return Rope.of(name(node, suffix), x, shape.time(), rotary);
    }
}
