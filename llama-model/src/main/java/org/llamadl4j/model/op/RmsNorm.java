package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** RMSNorm (Zhang and Sennrich, 2019): x(N,D), weight(D) → x / sqrt(mean(x²) + ε) · weight (N,D). */
public final class RmsNorm extends LlamaOp {

    static final String NAME = "llama_rms_norm";

    public RmsNorm() {
        super(1);
    }

    private RmsNorm(SameDiff sd, SDVariable x, SDVariable weight, double eps) {
        super(1, sd, x, weight);
        addTArgument(eps);
    }

    public static SDVariable of(String output, SDVariable x, SDVariable weight, double eps) {
        return new RmsNorm(x.getSameDiff(), x, weight, eps).outputVariables(output)[0];
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
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.rmsNorm(in[0], in[1], doubleAttribute(0), out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        Gradient.Result gradient = Gradient.of(null, arg(0), arg(1), gradients.get(0), doubleAttribute(0));
        return List.of(gradient.dX(), gradient.dWeight());
    }

    /** x(N,D), weight(D), dOut(N,D), perhaps dResidual(N,D) → dX(N,D) with dResidual added, dWeight(D) added to. */
    public static final class Gradient extends LlamaOp {

        static final String NAME = "llama_rms_norm_gradient";

        /** The gradients of both inputs. */
        public record Result(SDVariable dX, SDVariable dWeight) {}

        public Gradient() {
            super(2);
        }

        private Gradient(SameDiff sd, double eps, SDVariable... inputs) {
            super(2, sd, inputs);
            addTArgument(eps);
        }

        public static Result of(String output, SDVariable x, SDVariable weight, SDVariable dOut, double eps) {
            return result(output, new Gradient(x.getSameDiff(), eps, x, weight, dOut));
        }

        /** The same with {@code dResidual}, the gradient that reaches x past the norm, added to dX. */
        public static Result of(
                String output, SDVariable x, SDVariable weight, SDVariable dOut, SDVariable dResidual, double eps) {
            return result(output, new Gradient(x.getSameDiff(), eps, x, weight, dOut, dResidual));
        }

        private static Result result(String output, Gradient op) {
            SDVariable[] outputs = op.outputVariables(output);
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
        public boolean addsTo(int index) {
            return index == 1;
        }

        @Override
        public int[] mayOverwrite(int index) {
            return index == 0 ? new int[] {3, 2} : new int[0];
        }

        @Override
        public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
            Tensor dResidual = in.length == 4 ? in[3] : null;
            kernels.rmsNormGradient(in[0], in[1], doubleAttribute(0), in[2], dResidual, out[0], out[1]);
        }
    }
}
