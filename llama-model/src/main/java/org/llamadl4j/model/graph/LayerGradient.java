package org.llamadl4j.model.graph;

import lombok.RequiredArgsConstructor;
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
                policy == ActivationPolicy.RECOMPUTE_LAYER ? layer.forward(forward.x(), AGAIN) : forward;
        SDVariable dH = feedForward(kept, dOut);
        return attention(kept, dH);
    }

    /** out = h + SwiGLU(rmsNorm(h)·w1ᵀ, rmsNorm(h)·w3ᵀ)·w2ᵀ. */
    private SDVariable feedForward(LayerActivations kept, SDVariable dOut) {
        SDVariable product =
                policy.hasNormsAndProduct() ? kept.product() : layer.product(kept.gate(), kept.up(), AGAIN);
        weightGradients.add(layer.w2(), product, dOut);
        SDVariable dProduct = Linear.InputGradient.of(name("product"), dOut, layer.w2());
        SwiGlu.Gradient.Result swiGlu = SwiGlu.Gradient.of(name("swiglu"), kept.gate(), kept.up(), dProduct);

        SDVariable ffnInput = policy.hasNormsAndProduct() ? kept.ffnInput() : layer.ffnInput(kept.h(), AGAIN);
        weightGradients.add(layer.w1(), ffnInput, swiGlu.dGate());
        weightGradients.add(layer.w3(), ffnInput, swiGlu.dUp());
        SDVariable dFfnInput = Linear.InputGradient.of(name("gate"), swiGlu.dGate(), layer.w1());
        dFfnInput = Linear.InputGradient.of(name("ffn_input"), swiGlu.dUp(), layer.w3(), dFfnInput);

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
        weightGradients.add(layer.wo(), kept.attention().out(), dH);
        SDVariable dAttention = Linear.InputGradient.of(name("attention"), dH, layer.wo());
        CausalAttention.Gradient.Result attention = CausalAttention.Gradient.of(
                name("qkv"), layer.shape(), kept.q(), kept.k(), kept.v(), kept.attention(), dAttention);
        SDVariable dQ = rotateBack("q", attention.dQ());
        SDVariable dK = rotateBack("k", attention.dK());
        SDVariable dV = attention.dV();

        SDVariable attentionInput =
                policy.hasNormsAndProduct() ? kept.attentionInput() : layer.attentionInput(kept.x(), AGAIN);
        weightGradients.add(layer.wq(), attentionInput, dQ);
        weightGradients.add(layer.wk(), attentionInput, dK);
        weightGradients.add(layer.wv(), attentionInput, dV);
        SDVariable dInput = Linear.InputGradient.of(name("xq"), dQ, layer.wq());
        dInput = Linear.InputGradient.of(name("xk"), dK, layer.wk(), dInput);
        dInput = Linear.InputGradient.of(name("attention_input"), dV, layer.wv(), dInput);

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

    private SDVariable rotateBack(String node, SDVariable dOut) {
        int time = layer.shape().time();
        return Rope.gradient(
                name(node), dOut, time, layer.shape().headDim(), layer.config().ropeTheta());
    }

    private String name(String node) {
        return layer.name(node, GRADIENT);
    }
}
