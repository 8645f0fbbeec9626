package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Output head and cross-entropy in one: hidden(N,D), weight(V,D), targets(N) int32 → loss(), the mean over targets that
 * are not negative, in nats, and tokenLoss(N). Logits exist a chunk of rows at a time, never N×V.
 */
public final class CrossEntropy extends LlamaOp {

    static final String NAME = "llama_cross_entropy";

    /** The mean, and the loss of each token; both in nats. */
    public record Result(SDVariable loss, SDVariable tokenLoss) {}

    public CrossEntropy() {
        super(2);
    }

    private CrossEntropy(SameDiff sd, SDVariable hidden, SDVariable weight, SDVariable targets) {
        super(2, sd, hidden, weight, targets);
    }

    public static Result of(String output, SDVariable hidden, SDVariable weight, SDVariable targets) {
        SDVariable[] outputs = new CrossEntropy(hidden.getSameDiff(), hidden, weight, targets).outputVariables(output);
        return new Result(outputs[0], outputs[1]);
    }

    @Override
    public String opName() {
        return NAME;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
        return List.of(new long[0], inputs.get(2));
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.crossEntropy(in[0], in[1], in[2], out[1], out[0]);
    }

    /** Only the mean loss is differentiated; tokenLoss is for reading. */
    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        Gradient.Result gradient = Gradient.of(null, arg(0), arg(1), arg(2), gradients.get(0));
        return List.of(gradient.dHidden(), gradient.dWeight(), sameDiff.zerosLike(arg(2)));
    }

    /**
     * hidden(N,D), weight(V,D), targets(N), dLoss() → dHidden(N,D), dWeight(V,D) added to, and loss() and tokenLoss(N)
     * once more: the logits are computed once for all four, so that training needs no {@link CrossEntropy} beside it.
     */
    public static final class Gradient extends LlamaOp {

        static final String NAME = "llama_cross_entropy_gradient";

        /** The gradients of hidden and weight, and the loss. */
        public record Result(SDVariable dHidden, SDVariable dWeight, SDVariable loss, SDVariable tokenLoss) {}

        public Gradient() {
            super(4);
        }

        private Gradient(SameDiff sd, SDVariable hidden, SDVariable weight, SDVariable targets, SDVariable dLoss) {
            super(4, sd, hidden, weight, targets, dLoss);
        }

        public static Result of(
                String output, SDVariable hidden, SDVariable weight, SDVariable targets, SDVariable dLoss) {
            SDVariable[] outputs =
                    new Gradient(hidden.getSameDiff(), hidden, weight, targets, dLoss).outputVariables(output);
            return new Result(outputs[0], outputs[1], outputs[2], outputs[3]);
        }

        @Override
        public String opName() {
            return NAME;
        }

        @Override
        public List<long[]> outputShapes(List<long[]> inputs) {
            return List.of(inputs.get(0), inputs.get(1), new long[0], inputs.get(2));
        }

        @Override
        public boolean addsTo(int index) {
            return index == 1;
        }

        @Override
        public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
            kernels.crossEntropyGradient(in[0], in[1], in[2], in[3], out[3], out[2], out[0], out[1]);
        }
    }
}
