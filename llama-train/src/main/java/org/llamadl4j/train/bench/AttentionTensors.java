package org.llamadl4j.train.bench;

import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;

/** What one call of attention, and of its gradient, read and write. */
record AttentionTensors(
        AttentionShape shape,
        Tensor q,
        Tensor k,
        Tensor v,
        Tensor out,
        Tensor logSumExp,
        Tensor dOut,
        Tensor dQ,
        Tensor dK,
        Tensor dV) {

    static AttentionTensors of(AttentionShape shape, RandomTensors tensors) {
        long rows = (long) shape.batch() * shape.time();
        long width = (long) shape.heads() * shape.headDim();
        long kvWidth = (long) shape.kvHeads() * shape.headDim();
        return new AttentionTensors(
                shape,
                tensors.uniform(rows, width),
                tensors.uniform(rows, kvWidth),
                tensors.uniform(rows, kvWidth),
                tensors.zeros(rows, width),
                tensors.zeros(rows, shape.heads()),
                tensors.uniform(rows, width),
                tensors.zeros(rows, width),
                tensors.zeros(rows, kvWidth),
                tensors.zeros(rows, kvWidth));
    }

    void forward(Kernels kernels) {
        kernels.causalAttention(shape, q, k, v, out, logSumExp);
    }

    /** After {@link #forward}. */
    void backward(Kernels kernels) {
        kernels.causalAttentionGradient(shape, q, k, v, out, logSumExp, dOut, dQ, dK, dV);
    }
}
