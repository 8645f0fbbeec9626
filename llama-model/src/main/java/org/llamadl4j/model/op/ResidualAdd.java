package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** A block's output added to the residual stream: x(N,D), block(N,D) → x + block (N,D). */
public final class ResidualAdd extends LlamaOp {

    static final String NAME = "llama_residual_add";

    public ResidualAdd() {
        super(1);
    }

    private ResidualAdd(SameDiff sd, SDVariable x, SDVariable block) {
        super(1, sd, x, block);
    }

    public static SDVariable of(String output, SDVariable x, SDVariable block) {
        return new ResidualAdd(x.getSameDiff(), x, block).outputVariables(output)[0];
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
        return new int[] {1, 0};
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.add(in[0], in[1], out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(gradients.get(0), gradients.get(0));
    }
}
