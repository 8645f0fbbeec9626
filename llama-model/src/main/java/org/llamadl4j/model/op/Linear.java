package org.llamadl4j.model.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Linear layers without bias over one input: x(N,I), weights w₁(O₁,I), w₂(O₂,I), ... → x · w₁ᵀ (N,O₁), x · w₂ᵀ (N,O₂),
 * ... One node for q, k and v, and one for gate and up, because what a device does to x before it multiplies serves all.
 */
public final class Linear extends LlamaOp {

    static final String NAME = "llama_linear";

    public Linear() {
        super(1);
    }

    private Linear(SameDiff sd, SDVariable... inputs) {
        super(inputs.length - 1, sd, inputs);
        addIArgument(inputs.length - 1);
    }

    public static SDVariable of(String output, SDVariable x, SDVariable weight) {
        return new Linear(x.getSameDiff(), x, weight).outputVariables(output)[0];
    }

    /** The layers of all {@code weights} over {@code x}; the outputs get the names {@code outputs}, one a weight. */
    public static List<SDVariable> of(List<String> outputs, SDVariable x, List<SDVariable> weights) {
        SameDiff sd = x.getSameDiff();
        SDVariable[] made = new Linear(sd, join(List.of(x), weights)).outputVariables(outputs.get(0));
        List<SDVariable> named = new ArrayList<>();
        for (int i = 0; i < made.length; i++) {
            named.add(i == 0 ? made[0] : sd.updateVariableNameAndReference(made[i], outputs.get(i)));
        }
        return named;
    }

    @Override
    public String opName() {
        return NAME;
    }

    /** One a weight. */
    @Override
    public int getNumOutputs() {
        return intAttribute(0);
    }

    @Override
    public List<long[]> outputShapes(List<long[]> inputs) {
        long rows = inputs.get(0)[0];
        return inputs.stream()
                .skip(1)
                .map(weight -> new long[] {rows, weight[0]})
                .toList();
    }

    @Override
    public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
        kernels.linear(in[0], Arrays.copyOfRange(in, 1, in.length), out);
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        List<SDVariable> weights = List.of(args()).subList(1, args().length);
        Gradient.Result gradient = Gradient.of(null, arg(0), weights, gradients);
        return List.of(join(List.of(gradient.dX()), gradient.dWeights()));
    }

    private static SDVariable[] join(List<SDVariable> first, List<SDVariable> second) {
        List<SDVariable> all = new ArrayList<>(first);
        all.addAll(second);
        return all.toArray(SDVariable[]::new);
    }

    /**
     * x(N,I), weights wᵢ(Oᵢ,I), dOutᵢ(N,Oᵢ) → dX = Σ dOutᵢ · wᵢ (N,I), and dWeightᵢ += dOutᵢᵀ · x (Oᵢ,I).
     */
    public static final class Gradient extends LlamaOp {

        static final String NAME = "llama_linear_gradient";

        /** The gradients of the input and of every weight. */
        public record Result(SDVariable dX, List<SDVariable> dWeights) {}

        public Gradient() {
            super(2);
        }

        private Gradient(SameDiff sd, SDVariable... inputs) {
            super(1 + (inputs.length - 1) / 2, sd, inputs);
            addIArgument(1 + (inputs.length - 1) / 2);
        }

        /**
         * @param output the name of dX, from which those of the others are made; null for names of SameDiff's
         * @param weights of the layers
         * @param dOuts gradients of their outputs, in the same order
         */
        public static Result of(String output, SDVariable x, List<SDVariable> weights, List<SDVariable> dOuts) {
            List<SDVariable> inputs = new ArrayList<>(List.of(x));
            inputs.addAll(weights);
            inputs.addAll(dOuts);
            SDVariable[] made =
                    new Gradient(x.getSameDiff(), inputs.toArray(SDVariable[]::new)).outputVariables(output);
            return new Result(made[0], List.of(made).subList(1, made.length));
        }

        @Override
        public String opName() {
            return NAME;
        }

        /** dX, and one a weight. */
        @Override
        public int getNumOutputs() {
            return intAttribute(0);
        }

        @Override
        public List<long[]> outputShapes(List<long[]> inputs) {
            return inputs.subList(0, 1 + (inputs.size() - 1) / 2);
        }

        @Override
        public boolean addsTo(int index) {
            return index > 0;
        }

        @Override
        public void execute(Kernels kernels, Tensor[] in, Tensor[] out) {
            int layers = out.length - 1;
            kernels.linearGradient(
                    in[0],
                    Arrays.copyOfRange(in, 1, 1 + layers),
                    Arrays.copyOfRange(in, 1 + layers, in.length),
                    out[0],
                    Arrays.copyOfRange(out, 1, out.length));
        }
    }
}
