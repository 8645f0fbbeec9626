package org.llamadl4j.model.op;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.InferenceFactory;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.config.ExecutionResult;
import org.nd4j.autodiff.samediff.config.SDValue;
import org.nd4j.autodiff.samediff.internal.FrameIter;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.imports.converters.ImportClassMapping;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.OpContext;

/**
 * SameDiff's interpreter of graphs, taught to run {@link LlamaOp}s: the slow and ordinary way to execute a LLaMA graph,
 * and the one that SameDiff's own gradients need. Training runs a compiled plan instead.
 *
 * <p>This is the one place that touches ND4J's process-wide registries.
 */
public final class KernelSession extends InferenceSession {

    private static final List<LlamaOp> OPS = List.of(
            new Embedding(),
            new Embedding.Gradient(),
            new RmsNorm(),
            new RmsNorm.Gradient(),
            new Linear(),
            new Linear.Gradient(),
            new Rope(),
            new CausalAttention(),
            new CausalAttention.Gradient(),
            new RopeAt(),
            new CachedAttention(),
            new SwiGlu(),
            new SwiGlu.Gradient(),
            new ResidualAdd(),
            new SelectRows(),
            new LogSumExp(),
            new CrossEntropy(),
            new CrossEntropy.Gradient());

    private final Kernels kernels;

    private KernelSession(SameDiff sd, Kernels kernels) {
        super(sd);
        this.kernels = kernels;
    }

    /**
     * Makes every SameDiff graph of this process run LLaMA's ops on {@code kernels} from now on; other ops run as before.
     * To be called before the graph is made: SameDiff makes a graph's session with its first variable.
     */
    public static void install(Kernels kernels) {
        OPS.forEach(op -> ImportClassMapping.getOpNameMapping().put(op.opName(), op));
        SameDiff.bindInferenceFactory(new Factory(kernels));
    }

    /** Without a session of ours, SameDiff would hand our ops to native code that does not know them. */
    static void requireInstalled() {
        if (!(SameDiff.getInferenceFactory() instanceof Factory)) {
            throw new IllegalStateException(
                    "call KernelSession.install(kernels) before a graph of LLaMA's ops is made");
        }
    }

    private record Factory(Kernels kernels) implements InferenceFactory {

        @Override
        public InferenceSession create(SameDiff sd) {
            return new KernelSession(sd, kernels);
        }
    }

    @Override
    public ExecutionResult doExec(
            DifferentialFunction function,
            OpContext context,
            FrameIter frame,
            Set<VarId> inputs,
            Set<VarId> allIterInputs,
            Set<String> constAndPhInputs,
            Map<String, SDValue> otherPlaceholders) {
        if (!(function instanceof LlamaOp op)) {
            return super.doExec(function, context, frame, inputs, allIterInputs, constAndPhInputs, otherPlaceholders);
        }
        Tensor[] in = context.getInputArrays().stream().map(this::dense).toArray(Tensor[]::new);
        Tensor[] out = context.getOutputArrays().stream().map(kernels::wrap).toArray(Tensor[]::new);
        for (int i = 0; i < out.length; i++) {
            if (op.addsTo(i)) {
                kernels.fill(out[i], 0);
            }
        }
        op.execute(kernels, in, out);
        return ExecutionResult.createFrom(op, context);
    }

    /** Built-in ops may leave views; kernels want dense rows. */
    private Tensor dense(INDArray array) {
        boolean isDense = array.ordering() == 'c' && !array.isView();
        return kernels.wrap(isDense ? array : array.dup('c'));
    }
}
