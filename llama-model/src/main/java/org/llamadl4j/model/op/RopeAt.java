package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@link Rope} of rows that are at any position: x(N, heads·K), positions(N) int32 → (N, heads·K). For inference alone, so
 * it has no gradient.
 */
public final class RopeAt extends LlamaOp {

    static final String NAME = "llama_rope_at";

    /** The attributes as the kernel takes them, made when they are first needed. */
    private RotaryEmbedding rotary;

    public RopeAt() {
        super(1);
    }

    private RopeAt(SameDiff sd, SDVariable x, SDVariable positions, RotaryEmbedding rotary) {
        super(1, sd, x, positions);
        addIArgument(rotary.pairs().ordinal());
        addTArgument(rotary.frequencies());
    }

    public static SDVariable of(String output, SDVariable x, SDVariable positions, RotaryEmbedding rotary) {
        return new RopeAt(x.getSameDiff(), x, positions, rotary).outputVariables(output)[0];
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
        if (rotary == null) {
            rotary = new RotaryEmbedding(tArgs(), RotaryPairs.values()[intAttribute(0)]);
        }
        kernels.ropeAt(in[0], in[1], rotary, out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        throw new IllegalStateException(opName() + " is for inference and has no gradient; train with Rope");
    }
}
