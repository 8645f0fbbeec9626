package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** x(N,D), rows(M) int32 → row rows[m] of x (M,D): the positions whose logits are wanted. */
public final class SelectRows extends LlamaOp {

    static final String NAME = "llama_select_rows";

    public SelectRows() {
        super(1);
    }

    private SelectRows(SameDiff sd, SDVariable x, SDVariable rows) {
        super(1, sd, x, rows);
    }

    public static SDVariable of(String output, SDVariable x, SDVariable rows) {
        return new SelectRows(x.getSameDiff(), x, rows).outputVariables(output)[0];
    }

    @Override
    public String opName() {
        return NAME;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
        return List.of(new long[] {inputs.get(1)[0], inputs.get(0)[1]});
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.selectRows(in[0], in[1], out[0]);
    }

    /** Selecting rows of x is looking up tokens in a matrix, and so is its gradient. */
    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(Embedding.Gradient.of(null, arg(1), arg(0), gradients.get(0)), sameDiff.zerosLike(arg(1)));
    }
}
