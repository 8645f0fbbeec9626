package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Token embedding: tokens(N) int32, weight(V,D) → row tokens[n] of weight (N,D).
 *
 * <p>SameDiff's own {@code gather} is not used: in its gradient, repeated tokens overwrite each other.
 */
public final class Embedding extends LlamaOp {

    static final String NAME = "llama_embedding";

    public Embedding() {
        super(1);
    }

    private Embedding(SameDiff sd, SDVariable tokens, SDVariable weight) {
        super(1, sd, tokens, weight);
    }

    public static SDVariable of(String output, SDVariable tokens, SDVariable weight) {
        return new Embedding(tokens.getSameDiff(), tokens, weight).outputVariables(output)[0];
    }

    @Override
    public String opName() {
        return NAME;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
        return List.of(new long[] {inputs.get(0)[0], inputs.get(1)[1]});
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.embedding(in[0], in[1], out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(sameDiff.zerosLike(arg(0)), Gradient.of(null, arg(0), arg(1), gradients.get(0)));
    }

    /** tokens(N), weight(V,D) for its shape alone, dOut(N,D) → dWeight(V,D) added to; repeated tokens add up. */
    public static final class Gradient extends LlamaOp {

        static final String NAME = "llama_embedding_gradient";

        public Gradient() {
            super(1);
        }

        private Gradient(SameDiff sd, SDVariable tokens, SDVariable weight, SDVariable dOut) {
            super(1, sd, tokens, weight, dOut);
        }

        public static SDVariable of(String output, SDVariable tokens, SDVariable weight, SDVariable dOut) {
            return new Gradient(tokens.getSameDiff(), tokens, weight, dOut).outputVariables(output)[0];
        }

        @Override
        public String opName() {
            return NAME;
        }

        @Override
        public List<long[]> outputShapes(List<long[]> inputs) {
            return List.of(inputs.get(1));
        }

        @Override
        public boolean addsTo(int index) {
            return true;
        }

        @Override
        public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
            kernels.embeddingGradient(in[0], in[2], out[0]);
        }
    }
}
