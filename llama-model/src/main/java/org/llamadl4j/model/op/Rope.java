package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Rotary position embedding (Su et al., 2021) of x(B·T, heads·K): pairs of each head are rotated by an angle that grows
 * with the position. A rotation's gradient is the rotation back, so the gradient is this op, inverted.
 */
public final class Rope extends LlamaOp {

    static final String NAME = "llama_rope";

    public Rope() {
        super(1);
    }

    private Rope(SameDiff sd, SDVariable x, int time, RotaryEmbedding rotary, boolean inverse) {
        super(1, sd, x);
        addIArgument(time, rotary.pairs().ordinal(), inverse ? 1 : 0);
        addTArgument(rotary.frequencies());
    }

    /** Rotates forward; {@code time} is T. */
    public static SDVariable of(String output, SDVariable x, int time, RotaryEmbedding rotary) {
        return new Rope(x.getSameDiff(), x, time, rotary, false).outputVariables(output)[0];
    }

    /** Rotates dOut back: the gradient. */
    public static SDVariable gradient(String output, SDVariable dOut, int time, RotaryEmbedding rotary) {
        return new Rope(dOut.getSameDiff(), dOut, time, rotary, true).outputVariables(output)[0];
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
        kernels.rope(in[0], intAttribute(0), rotary(), intAttribute(2) == 1, out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        SDVariable dOut = gradients.get(0);
        boolean inverse = intAttribute(2) == 1;
        return List.of(
                new Rope(dOut.getSameDiff(), dOut, intAttribute(0), rotary(), !inverse).outputVariables(null)[0]);
    }

    private RotaryEmbedding rotary() {
        return new RotaryEmbedding(tArgs(), RotaryPairs.values()[intAttribute(1)]);
    }
}
