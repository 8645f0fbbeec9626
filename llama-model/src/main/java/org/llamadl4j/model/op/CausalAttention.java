package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Fused causal attention (section 2.4 of the paper): q(B·T, H·K), k(B·T, G·K), v(B·T, G·K) → out(B·T, H·K) and the
 * log-sum-exp(B·T, H) of the scores, from which the gradient recomputes them. Scores are never stored.
 */
public final class CausalAttention extends LlamaOp {

    static final String NAME = "llama_causal_attention";

    /** What attention leaves for its gradient: its output and the log-sum-exp of its scores. */
    public record Result(SDVariable out, SDVariable logSumExp) {}

    public CausalAttention() {
        super(2);
    }

    private CausalAttention(SameDiff sd, AttentionShape shape, SDVariable q, SDVariable k, SDVariable v) {
        super(2, sd, q, k, v);
        addShape(this, shape);
    }

    public static Result of(String output, AttentionShape shape, SDVariable q, SDVariable k, SDVariable v) {
        SDVariable[] outputs = new CausalAttention(q.getSameDiff(), shape, q, k, v).outputVariables(output);
        return new Result(outputs[0], outputs[1]);
    }

    @Override
    public String opName() {
        return NAME;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
        long[] q = inputs.get(0);
        return List.of(q, new long[] {q[0], shape(this).heads()});
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.causalAttention(shape(this), in[0], in[1], in[2], out[0], out[1]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        Result forward = new Result(outputVariables()[0], outputVariables()[1]);
        Gradient.Result gradient = Gradient.of(null, shape(this), arg(0), arg(1), arg(2), forward, gradients.get(0));
        return List.of(gradient.dQ(), gradient.dK(), gradient.dV());
    }

    private static void addShape(LlamaOp op, AttentionShape shape) {
        op.addIArgument(shape.batch(), shape.time(), shape.heads(), shape.kvHeads(), shape.headDim());
    }

    private static AttentionShape shape(LlamaOp op) {
        return new AttentionShape(
                op.intAttribute(0), op.intAttribute(1), op.intAttribute(2), op.intAttribute(3), op.intAttribute(4));
    }

    /** q, k, v, out, logSumExp and dOut(B·T, H·K) → dQ(B·T, H·K), dK(B·T, G·K), dV(B·T, G·K). */
    public static final class Gradient extends LlamaOp {

        static final String NAME = "llama_causal_attention_gradient";

        /** The gradients of the three inputs. */
        public record Result(SDVariable dQ, SDVariable dK, SDVariable dV) {}

        public Gradient() {
            super(3);
        }

        private Gradient(SameDiff sd, AttentionShape shape, SDVariable... inputs) {
            super(3, sd, inputs);
            addShape(this, shape);
        }

        public static Result of(
                String output,
                AttentionShape shape,
                SDVariable q,
                SDVariable k,
                SDVariable v,
                CausalAttention.Result forward,
                SDVariable dOut) {
            SDVariable[] outputs = new Gradient(
                            q.getSameDiff(), shape, q, k, v, forward.out(), forward.logSumExp(), dOut)
                    .outputVariables(output);
            return new Result(outputs[0], outputs[1], outputs[2]);
        }

        @Override
        public String opName() {
            return NAME;
        }

        @Override
        public List<long[]> outputShapes(List<long[]> inputs) {
            return List.of(inputs.get(0), inputs.get(1), inputs.get(2));
        }

        @Override
        public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
            kernels.causalAttentionGradient(
                    shape(this), in[0], in[1], in[2], in[3], in[4], in[5], out[0], out[1], out[2]);
        }
    }
}
