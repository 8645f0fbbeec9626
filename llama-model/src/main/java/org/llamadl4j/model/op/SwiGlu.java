package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** SwiGLU (Shazeer, 2020): gate(N,F), up(N,F) → gate · sigmoid(gate) · up (N,F). */
public final class SwiGlu extends LlamaOp {

    static final String NAME = "llama_swiglu";

    public SwiGlu() {
        super(1);
    }

    private SwiGlu(SameDiff sd, SDVariable gate, SDVariable up) {
        super(1, sd, gate, up);
    }

    public static SDVariable of(String output, SDVariable gate, SDVariable up) {
        return new SwiGlu(gate.getSameDiff(), gate, up).outputVariables(output)[0];
    }

    @Override
    public String opName() {
        return NAME;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
        return List.of(inputs.get(0));
    }

    @Override
    public int[] mayOverwrite(int index) {
        return new int[] {0, 1};
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.swiGlu(in[0], in[1], out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        Gradient.Result gradient = Gradient.of(null, arg(0), arg(1), gradients.get(0));
        return List.of(gradient.dGate(), gradient.dUp());
    }

    /** gate(N,F), up(N,F), dOut(N,F) → dGate(N,F), dUp(N,F). */
    public static final class Gradient extends LlamaOp {

        static final String NAME = "llama_swiglu_gradient";

        /** The gradients of both inputs. */
        public record Result(SDVariable dGate, SDVariable dUp) {}

        public Gradient() {
            super(2);
        }

        private Gradient(SameDiff sd, SDVariable gate, SDVariable up, SDVariable dOut) {
            super(2, sd, gate, up, dOut);
        }

        public static Result of(String output, SDVariable gate, SDVariable up, SDVariable dOut) {
            SDVariable[] outputs = new Gradient(gate.getSameDiff(), gate, up, dOut).outputVariables(output);
            return new Result(outputs[0], outputs[1]);
        }

        @Override
        public String opName() {
            return NAME;
        }

        @Override
        public List<long[]> outputShapes(List<long[]> inputs) {
            return List.of(inputs.get(0), inputs.get(1));
        }

        @Override
        public int[] mayOverwrite(int index) {
            return index == 0 ? new int[] {0, 2} : new int[] {1, 2};
        }

        @Override
        public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
            kernels.swiGluGradient(in[0], in[1], in[2], out[0], out[1]);
        }
    }
}
