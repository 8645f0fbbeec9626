package org.llamadl4j.model.op;

import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * log Σ exp of each row: x(M,V) → (M), what is taken from a logit to make a log-probability. For inference alone, so it has
 * no gradient.
 */
public final class LogSumExp extends LlamaOp {

    static final String NAME = "llama_log_sum_exp";

    public LogSumExp() {
        super(1);
    }

    private LogSumExp(SameDiff sd, SDVariable x) {
        super(1, sd, x);
    }

    public static SDVariable of(String output, SDVariable x) {
        return new LogSumExp(x.getSameDiff(), x).outputVariables(output)[0];
    }

    @Override
    public String opName() {
        return NAME;
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
        return List.of(new long[] {inputs.get(0)[0]});
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.logSumExp(in[0], out[0]);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        throw new IllegalStateException(opName() + " is for inference and has no gradient; train with CrossEntropy");
    }
}
