package org.llamadl4j.notebook;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.llamadl4j.model.GradientPass;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.ActivationPolicy;
import org.llamadl4j.model.graph.LlamaGraph;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.notebook.display.Table;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is inside a model, for {@code import static org.llamadl4j.notebook.Anatomy.*}: activations, rotations, gradients. */
public final class Anatomy {

    private Anatomy() {}

    /** Every intermediate result of {@code model} over {@code text}. */
    public static Activations activations(LlamaModel model, String text) {
        return Activations.of(model, text);
    }

    /** K normally distributed numbers, the same for the same seed. */
    public static INDArray randomHead(LlamaConfig sizes, long seed) {
        Random random = new Random(seed);
        float[] head = new float[sizes.headDim()];
        for (int i = 0; i < head.length; i++) {
            head[i] = (float) random.nextGaussian();
        }
        return Nd4j.createFromArray(head);
    }

    /**
     * {@code head} at positions 0 to {@code positions} - 1, by the kernel of the model: row t is rotated as a query or key
     * of position t.
     *
     * @param head (K)
     * @return (T,K)
     */
    public static INDArray rope(LlamaConfig sizes, INDArray head, int positions) {
        if (head.length() != sizes.headDim()) {
            throw UserError.usage("a head of this model has %d numbers, not %d", sizes.headDim(), head.length());
        }
        INDArray rows = Nd4j.create(DataType.FLOAT, positions, sizes.headDim());
        for (int t = 0; t < positions; t++) {
            rows.putRow(t, head);
        }
        INDArray rotated = Nd4j.create(DataType.FLOAT, positions, sizes.headDim());
        Device.KERNELS.rope(
                Device.KERNELS.wrap(rows),
                positions,
                sizes.rotary(RotaryPairs.ADJACENT),
                false,
                Device.KERNELS.wrap(rotated));
        return rotated;
    }

    /** Root of the mean square of each row. */
    public static double[] rms(INDArray matrix) {
        double[] rms = new double[Math.toIntExact(matrix.rows())];
        float[][] rows = matrix.toFloatMatrix();
        Arrays.setAll(rms, row -> {
            double squares = 0;
            for (float value : rows[row]) {
                squares += (double) value * value;
            }
            return Math.sqrt(squares / rows[row].length);
        });
        return rms;
    }

    /** Column {@code index} of a matrix. */
    public static double[] column(INDArray matrix, int index) {
        return matrix.getColumn(index).toDoubleVector();
    }

    /** Row {@code index} of a matrix. */
    public static double[] row(INDArray matrix, int index) {
        return matrix.getRow(index).toDoubleVector();
    }

    /** The largest difference between an element and its upper left neighbour; 0 where every diagonal is constant. */
    public static double diagonalDifference(INDArray matrix) {
        float[][] rows = matrix.toFloatMatrix();
        double largest = 0;
        for (int row = 1; row < rows.length; row++) {
            for (int column = 1; column < rows[row].length; column++) {
                largest = Math.max(largest, Math.abs(rows[row][column] - rows[row - 1][column - 1]));
            }
        }
        return largest;
    }

    /** SiLU(x) = x · sigmoid(x) of each number. */
    public static double[] silu(double[] x) {
        return Arrays.stream(x).map(value -> value / (1 + Math.exp(-value))).toArray();
    }

    /** The numbers from {@code first} to {@code last}, {@code step} apart. */
    public static double[] range(double first, double last, double step) {
        return IntStream.rangeClosed(0, (int) Math.round((last - first) / step))
                .mapToDouble(i -> first + i * step)
                .toArray();
    }

    /**
     * The nodes that SameDiff holds of one layer, in the order in which they run, for one sequence.
     *
     * @param layer from 0
     * @param time T
     */
    public static Table graph(LlamaConfig sizes, int layer, int time) {
        String prefix = "layers." + layer + ".";
        LlamaGraph graph = LlamaGraph.of(sizes, RotaryPairs.ADJACENT, 1, time);
        Table table = Table.of("operation", "reads", "makes");
        for (SameDiffOp op : graph.getSameDiff().getOps().values()) {
            if (op.getOutputsOfOp().get(0).startsWith(prefix)) {
                table = table.row(
                        op.getOp().opName(),
                        String.join(", ", op.getInputsToOp()),
                        String.join(", ", op.getOutputsOfOp()));
            }
        }
        return table;
    }

    /**
     * What the backward pass keeps of the forward pass under each policy: by formula, and as the arena of a compiled
     * training pass.
     *
     * @param batch B
     * @param time T
     */
    public static Table memory(LlamaConfig sizes, int batch, int time) {
        LlamaWeights weights = LlamaWeights.zeros(sizes, Device.KERNELS);
        LlamaWeights gradients = LlamaWeights.zeros(sizes, Device.KERNELS);
        Table table = Table.of("policy", "bytes a token and layer", "kept of all layers, MB", "arena of the pass, MB");
        for (ActivationPolicy policy : ActivationPolicy.values()) {
            long each = policy.bytesPerTokenAndLayer(sizes);
            long arena = new GradientPass(weights, gradients, batch, time, policy, Device.KERNELS).activationBytes();
            table = table.row(policy, each, megabytes(each * sizes.layers() * batch * time), megabytes(arena));
        }
        return table;
    }

    private static String megabytes(long bytes) {
        return "%.2f".formatted(bytes * 1e-6);
    }

    /** The gradient of the loss of {@code text} by the backward pass that is written by hand, by weight. */
    public static Map<String, INDArray> gradientByHand(LlamaModel model, String text) {
        return Gradients.byHand(model, tokens(model, text));
    }

    /** The same as SameDiff derives it from the graph. */
    public static Map<String, INDArray> gradientByAutograd(LlamaModel model, String text) {
        return Gradients.byAutograd(model, tokens(model, text));
    }

    /** Two gradients beside each other: the norm of each, and of their difference over the first. */
    public static Table compare(Map<String, INDArray> first, Map<String, INDArray> second) {
        Table table = Table.of("weight", "norm of the first", "norm of the second", "relative difference");
        for (Map.Entry<String, INDArray> entry : first.entrySet()) {
            INDArray one = entry.getValue();
            INDArray other = second.get(entry.getKey());
            double norm = one.norm2Number().doubleValue();
            table = table.row(
                    entry.getKey(),
                    "%.6f".formatted(norm),
                    "%.6f".formatted(other.norm2Number().doubleValue()),
                    "%.1e".formatted(one.sub(other).norm2Number().doubleValue() / norm));
        }
        return table;
    }

    private static int[] tokens(LlamaModel model, String text) {
        int[] encoded = model.tokenizer().encode(text);
        int[] tokens = new int[encoded.length + 1];
        tokens[0] = model.tokenizer().bosId();
        System.arraycopy(encoded, 0, tokens, 1, encoded.length);
        return tokens;
    }
}
