package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** A linear layer without bias: x(N,I), weight(O,I) → x · weightᵀ (N,O). */
public final class Linear extends LlamaOp {

    static final String NAME = "llama_linear";

    public Linear() {
        super(1);
    }

    private Linear(SameDiff sd, SDVariable x, SDVariable weight) {
        super(1, sd, x, weight);
    }

    public static SDVariable of(String output, SDVariable x, SDVariable weight) {
        return new Linear(x.getSameDiff(), x, weight).outputVariables(output)[0];
    }

    @Override
    public String opName() {
        return NAME;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
        return List.of(new long[] {inputs.get(0)[0], inputs.get(1)[0]});
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.linear(in[0], in[1], out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        SDVariable dOut = gradients.get(0);
        return List.of(InputGradient.of(null, dOut, arg(1)), WeightGradient.of(null, arg(0), dOut));
    }

    /** dOut(N,O), weight(O,I) → dX = dOut · weight (N,I), added to a third input dX(N,I) where there is one. */
    public static final class InputGradient extends LlamaOp {

        static final String NAME = "llama_linear_input_gradient";

        public InputGradient() {
            super(1);
        }

        private InputGradient(SameDiff sd, SDVariable... inputs) {
            super(1, sd, inputs);
        }

        public static SDVariable of(String output, SDVariable dOut, SDVariable weight) {
            return new InputGradient(dOut.getSameDiff(), dOut, weight).outputVariables(output)[0];
        }

        /** dX = {@code addend} + dOut · weight. */
        public static SDVariable of(String output, SDVariable dOut, SDVariable weight, SDVariable addend) {
            return new InputGradient(dOut.getSameDiff(), dOut, weight, addend).outputVariables(output)[0];
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
        public int[] mayOverwrite(int index) {
            return new int[] {2};
        }

        @Override
        public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
            boolean accumulate = in.length == 3;
            if (accumulate && in[2].buffer() != out[0].buffer()) {
                kernels.copy(in[2], out[0]);
            }
            kernels.linearInputGradient(in[0], in[1], out[0], accumulate);
        }
    }

    /** x(N,I), dOut(N,O) → dWeight += dOutᵀ · x (O,I). */
    public static final class WeightGradient extends LlamaOp {

        static final String NAME = "llama_linear_weight_gradient";

        public WeightGradient() {
            super(1);
        }

        private WeightGradient(SameDiff sd, SDVariable x, SDVariable dOut) {
            super(1, sd, x, dOut);
        }

        public static SDVariable of(String output, SDVariable x, SDVariable dOut) {
            return new WeightGradient(x.getSameDiff(), x, dOut).outputVariables(output)[0];
        }

        @Override
        public String opName() {
            return NAME;
        }

        @Override
        public List<long[]> outputShapes(List<long[]> inputs) {
            return List.of(new long[] {inputs.get(1)[1], inputs.get(0)[1]});
        }

        @Override
        public boolean addsTo(int index) {
            return true;
        }

        @Override
        public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
            kernels.linearWeightGradient(in[0], in[1], out[0]);
        }
    }
}
