package org.llamadl4j.model.graph;

import java.util.List;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.op.CausalAttention;
import org.llamadl4j.model.op.Linear;
import org.llamadl4j.model.op.RmsNorm;
import org.llamadl4j.model.op.Rope;
import org.llamadl4j.model.op.SwiGlu;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The backward pass of a transformer layer, written by hand as nodes of the same graph (section 2.4: "instead of relying
 * on autograd"). What backward reads of forward is what stays in memory between the two, so this file states exactly
 * which activations are kept; the rest it computes again, each just before its use.
 */
@RequiredArgsConstructor
final class LayerGradient {

    private static final String AGAIN = ".again";
    private static final String GRADIENT = ".gradient";

    private final TransformerLayer layer;
    private final AttentionShape shape;
    private final ActivationPolicy policy;
    private final WeightGradients weightGradients;

    /**
     * Adds the backward nodes.
     *
     * @param forward what the forward pass computed
     * @param dOut (N,D), gradient of the residual stream that leaves the layer
     * @return dX (N,D), gradient of the residual stream that enters it
     */
    SDVariable backward(LayerActivations forward, SDVariable dOut) {
        LayerActivations kept =
                policy == ActivationPolicy.RECOMPUTE_LAYER ? layer.forward(forward.x(), shape, AGAIN) : forward;
        SDVariable dH = feedForward(kept, dOut);
        return attention(kept, dH);
    }

    /** out = h + SwiGLU(rmsNorm(h)·w1ᵀ, rmsNorm(h)·w3ᵀ)·w2ᵀ. */
    private SDVariable feedForward(LayerActivations kept, SDVariable dOut) {
        SDVariable product =
                policy.hasNormsAndProduct() ? kept.product() : layer.product(kept.gate(), kept.up(), AGAIN);
        SDVariable dProduct = linear("product", product, List.of(layer.w2()), List.of(dOut));
        SwiGlu.Gradient.Result swiGlu = SwiGlu.Gradient.of(name("swiglu"), kept.gate(), kept.up(), dProduct);

        SDVariable ffnInput = policy.hasNormsAndProduct() ? kept.ffnInput() : layer.ffnInput(kept.h(), AGAIN);
        SDVariable dFfnInput =
                linear("ffn_input", ffnInput, layer.gateAndUpWeights(), List.of(swiGlu.dGate(), swiGlu.dUp()));

        RmsNorm.Gradient.Result norm = RmsNorm.Gradient.of(
                name("h"),
                kept.h(),
                layer.ffnNorm(),
                dFfnInput,
                dOut,
                layer.config().normEps());
        weightGradients.add(layer.ffnNorm(), norm.dWeight());
        return norm.dX();
    }

    /** h = x + attention(rope(rmsNorm(x)·wqᵀ), rope(rmsNorm(x)·wkᵀ), rmsNorm(x)·wvᵀ)·woᵀ. */
    private SDVariable attention(LayerActivations kept, SDVariable dH) {
        SDVariable dAttention = linear("attention", kept.attention().out(), List.of(layer.wo()), List.of(dH));
        CausalAttention.Gradient.Result attention = CausalAttention.Gradient.of(
                name("qkv"), shape, kept.q(), kept.k(), kept.v(), kept.attention(), dAttention);
        SDVariable dQ = rotateBack("q", attention.dQ());
        SDVariable dK = rotateBack("k", attention.dK());
        SDVariable dV = attention.dV();

        SDVariable attentionInput =
                policy.hasNormsAndProduct() ? kept.attentionInput() : layer.attentionInput(kept.x(), AGAIN);
        SDVariable dInput = linear("attention_input", attentionInput, layer.qkvWeights(), List.of(dQ, dK, dV));

        RmsNorm.Gradient.Result norm = RmsNorm.Gradient.of(
                name("x"),
                kept.x(),
                layer.attentionNorm(),
                dInput,
                dH,
                layer.config().normEps());
        weightGradients.add(layer.attentionNorm(), norm.dWeight());
        return norm.dX();
    }

    /** Gradient of x · weightᵀ for each of the weights: adds those of the weights, returns the sum of those of x. */
    private SDVariable linear(String node, SDVariable x, List<SDVariable> weights, List<SDVariable> dOuts) {
        Linear.Gradient.Result gradient = Linear.Gradient.of(name(node), x, weights, dOuts);
        for (int i = 0; i < weights.size(); i++) {
            weightGradients.add(weights.get(i), gradient.dWeights().get(i));
        }
        return gradient.dX();
    }

    private SDVariable rotateBack(String node, SDVariable dOut) {
        return Rope.gradient(name(node), dOut, shape.time(), layer.rotary());
    }

    private String name(String node) {
        return layer.name(node, GRADIENT);
    }
}
