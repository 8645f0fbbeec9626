package org.llamadl4j.notebook;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.llamadl4j.model.ActivationPass;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.notebook.display.Display;
import org.llamadl4j.notebook.display.HeatMap;
import org.llamadl4j.notebook.display.Table;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Every intermediate result of a model over one text that begins with BOS.
 *
 * @param config the sizes of the model
 * @param pieces T tokens, as the vocabulary spells them
 * @param arrays (T, width) each, by the name of its node in the graph
 */
public record Activations(LlamaConfig config, List<String> pieces, Map<String, INDArray> arrays) implements Display {

    static Activations of(LlamaModel model, String text) {
        int[] encoded = model.tokenizer().encode(text);
        int[] tokens = new int[encoded.length + 1];
        tokens[0] = model.tokenizer().bosId();
        System.arraycopy(encoded, 0, tokens, 1, encoded.length);
        if (tokens.length > model.config().contextLength()) {
            throw UserError.usage(
                    "the text has %d tokens with its BOS; the model's context is %d",
                    tokens.length, model.config().contextLength());
        }
        List<String> pieces =
                Arrays.stream(tokens).mapToObj(model.tokenizer()::piece).toList();
        Map<String, INDArray> arrays = new ActivationPass(model.weights(), tokens.length, model.kernels()).run(tokens);
        return new Activations(model.config(), pieces, arrays);
    }

    /** The names of all, in the order of the forward pass. */
    public Set<String> names() {
        return arrays.keySet();
    }

    /**
     * The activation {@code name}, (T, width).
     *
     * @throws UserError if there is none of this name
     */
    public INDArray get(String name) {
        INDArray array = arrays.get(name);
        if (array == null) {
            throw UserError.usage("no activation is called '%s'; there are %s", name, String.join(", ", names()));
        }
        return array;
    }

    /**
     * How much each token attends to those before it: softmax(q·kᵀ/√K) of one head, a row a query. Computed from the
     * rotated queries and keys, since the model's own kernel never stores it.
     *
     * @param layer from 0
     * @param head from 0
     */
    public HeatMap attention(int layer, int head) {
        if (layer < 0 || layer >= config.layers() || head < 0 || head >= config.heads()) {
            throw UserError.usage(
                    "layer %d, head %d: the model has layers 0 to %d and heads 0 to %d",
                    layer, head, config.layers() - 1, config.heads() - 1);
        }
        float[][] q = get("layers." + layer + ".q").toFloatMatrix();
        float[][] k = get("layers." + layer + ".k").toFloatMatrix();
        int size = config.headDim();
        int kvHead = head / (config.heads() / config.kvHeads());
        float[][] weights = new float[q.length][q.length];
        for (int query = 0; query < q.length; query++) {
            double[] scores = new double[query + 1];
            for (int key = 0; key <= query; key++) {
                double score = 0;
                for (int i = 0; i < size; i++) {
                    score += (double) q[query][head * size + i] * k[key][kvHead * size + i];
                }
                scores[key] = score / Math.sqrt(size);
            }
            double most = Arrays.stream(scores).max().orElseThrow();
            double sum =
                    Arrays.stream(scores).map(score -> Math.exp(score - most)).sum();
            for (int key = 0; key <= query; key++) {
                weights[query][key] = (float) (Math.exp(scores[key] - most) / sum);
            }
        }
        return new HeatMap("layer %d, head %d".formatted(layer, head), weights, pieces, pieces);
    }

    /** The names, with shapes. */
    private Table table() {
        Table table = Table.of("activation", "shape");
        for (Map.Entry<String, INDArray> activation : arrays.entrySet()) {
            table = table.row(
                    activation.getKey(), Arrays.toString(activation.getValue().shape()));
        }
        return table;
    }

    @Override
    public Map<String, String> data() {
        return table().data();
    }

    @Override
    public String toString() {
        return table().toString();
    }
}
