package org.llamadl4j.model.graph;

import org.llamadl4j.model.op.CausalAttention;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Every intermediate result of one transformer layer, in the order in which it is computed.
 *
 * @param x (N,D) the residual stream that enters
 * @param attentionInput (N,D) x after RMSNorm
 * @param q (N, H·K) rotated queries
 * @param k (N, G·K) rotated keys
 * @param v (N, G·K) values
 * @param attention (N, H·K) attention's output, with its log-sum-exp
 * @param h (N,D) the residual stream between the two blocks
 * @param ffnInput (N,D) h after RMSNorm
 * @param gate (N,F) ffnInput · w1ᵀ
 * @param up (N,F) ffnInput · w3ᵀ
 * @param product (N,F) SwiGLU of gate and up
 * @param out (N,D) the residual stream that leaves
 */
record LayerActivations(
        SDVariable x,
        SDVariable attentionInput,
        SDVariable q,
        SDVariable k,
        SDVariable v,
        CausalAttention.Result attention,
        SDVariable h,
        SDVariable ffnInput,
        SDVariable gate,
        SDVariable up,
        SDVariable product,
        SDVariable out) {}
