package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Rotary position embedding (Su et al., 2021) of x(B·T, heads·K): adjacent pairs of each head are rotated by an angle
 * that grows with the position. A rotation's gradient is the rotation back, so the gradient is this op, inverted.
 */
public final class Rope extends LlamaOp {

    static final String NAME = "llama_rope";

    public Rope() {
        super(1);
    }

    private Rope(SameDiff sd, SDVariable x, int time, int headDim, double theta, boolean inverse) {
        super(1, sd, x);
        addIArgument(time, headDim, inverse ? 1 : 0);
        addTArgument(theta);
    }

    /** Rotates forward; {@code time} is T, {@code headDim} is K. */
    public static SDVariable of(String output, SDVariable x, int time, int headDim, double theta) {
        return new Rope(x.getSameDiff(), x, time, headDim, theta, false).outputVariables(output)[0];
    }

    /** Rotates dOut back: the gradient. */
    public static SDVariable gradient(String output, SDVariable dOut, int time, int headDim, double theta) {
        return new Rope(dOut.getSameDiff(), dOut, time, headDim, theta, true).outputVariables(output)[0];
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
        return new int[] {0};
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.rope(in[0], intAttribute(0), intAttribute(1), doubleAttribute(0), intAttribute(2) == 1, out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        SDVariable dOut = gradients.get(0);
        boolean inverse = intAttribute(2) == 1;
        return List.of(
                new Rope(dOut.getSameDiff(), dOut, intAttribute(0), intAttribute(1), doubleAttribute(0), !inverse)
                        .outputVariables(null)[0]);
    }
}
