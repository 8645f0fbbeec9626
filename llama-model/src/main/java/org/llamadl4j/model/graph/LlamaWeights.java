package org.llamadl4j.model.graph;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;

/**
 * One tensor for each parameter of a LLaMA, by the names of Meta's reference code: its weights, their gradients or their
 * moments. All are float32, but for matrices of weights that are not trained, which are of any type. Linear weights are
 * (outputs, inputs). Query and key rows are in the order of {@link #rotaryPairs}.
 */
public final class LlamaWeights {

    /** (V,D). */
    public static final String EMBEDDING = "tok_embeddings.weight";

    /** (D), the norm after the last layer. */
    public static final String NORM = "norm.weight";

    /** (V,D); absent with tied embeddings. */
    public static final String OUTPUT = "output.weight";

    private static final double DEVIATION = 0.02;

    /** Floats copied to the device at once. */
    private static final int CHUNK = 1 << 16;

    private final LlamaConfig config;
    private final RotaryPairs rotaryPairs;
    private final Map<String, Tensor> tensors;

    private LlamaWeights(LlamaConfig config, RotaryPairs rotaryPairs, Map<String, Tensor> tensors) {
        this.config = config;
        this.rotaryPairs = rotaryPairs;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Tensors that are there already.
     *
     * @param rotaryPairs the order of their query and key rows
     * @param tensors one of the right shape for every parameter of {@code config}
     */
    public static LlamaWeights of(LlamaConfig config, RotaryPairs rotaryPairs, Map<String, Tensor> tensors) {
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        shapes(config).forEach((name, shape) -> {
            Tensor tensor = tensors.get(name);
            if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
                throw new IllegalArgumentException(
                        "parameter %s of shape %s is %s".formatted(name, Arrays.toString(shape), tensor));
            }
            ordered.put(name, tensor);
        });
        if (ordered.size() != tensors.size()) {
            throw new IllegalArgumentException(
                    "there are %d tensors for %d parameters".formatted(tensors.size(), ordered.size()));
        }
        return new LlamaWeights(config, rotaryPairs, ordered);
    }

    /** Zeroed tensors for every parameter of {@code config}, query and key rows in Meta's order. */
    public static LlamaWeights zeros(LlamaConfig config, Kernels kernels) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        shapes(config).forEach((name, shape) -> {
            long size = 1;
            for (long dimension : shape) {
                size *= dimension;
            }
            Buffer buffer = kernels.allocate(ElementType.FLOAT32, size);
            tensors.put(name, new Tensor(buffer, shape));
        });
        return new LlamaWeights(config, RotaryPairs.ADJACENT, tensors);
    }

    /**
     * The start of training: norms at 1, matrices from a normal distribution of deviation {@value #DEVIATION}. The two
     * matrices of a layer that write to the residual stream, wo and w2, are divided by √(2·L): the stream is a sum of
     * 2·L such branches, and its variance should not grow with depth (Radford et al., 2019, section 2.3).
     *
     * @param seed the same seed gives the same weights, bit for bit, on every JDK; each tensor has a stream of its own
     */
    public static LlamaWeights initialise(LlamaConfig config, long seed, Kernels kernels) {
        LlamaWeights weights = zeros(config, kernels);
        float[] chunk = new float[CHUNK];
        weights.tensors.forEach((name, tensor) -> {
            if (tensor.shape().length == 1) {
                kernels.fill(tensor, 1);
            } else {
                double deviation = writesToResidual(name) ? DEVIATION / Math.sqrt(2.0 * config.layers()) : DEVIATION;
                fillNormal(tensor, deviation, new NormalStream(seed, name), chunk, kernels);
            }
        });
        return weights;
    }

    private static boolean writesToResidual(String name) {
        return name.endsWith(".attention.wo.weight") || name.endsWith(".feed_forward.w2.weight");
    }

    private static void fillNormal(
            Tensor tensor, double deviation, NormalStream stream, float[] chunk, Kernels kernels) {
        for (long offset = 0; offset < tensor.size(); offset += chunk.length) {
            int length = (int) Math.min(chunk.length, tensor.size() - offset);
            for (int i = 0; i < length; i++) {
                chunk[i] = (float) (deviation * stream.next());
            }
            kernels.write(chunk, 0, tensor.buffer(), offset, length);
        }
    }

    /** The name and shape of every parameter, in the order of the forward pass; nothing is allocated. */
    public static Map<String, long[]> shapes(LlamaConfig config) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        int dim = config.dim();
        int hidden = config.hiddenDim();
        shapes.put(EMBEDDING, new long[] {config.vocabSize(), dim});
        for (int layer = 0; layer < config.layers(); layer++) {
            shapes.put(attentionNorm(layer), new long[] {dim});
            shapes.put(wq(layer), new long[] {config.queryDim(), dim});
            shapes.put(wk(layer), new long[] {config.kvDim(), dim});
            shapes.put(wv(layer), new long[] {config.kvDim(), dim});
            shapes.put(wo(layer), new long[] {dim, config.queryDim()});
            shapes.put(ffnNorm(layer), new long[] {dim});
            shapes.put(w1(layer), new long[] {hidden, dim});
            shapes.put(w2(layer), new long[] {dim, hidden});
            shapes.put(w3(layer), new long[] {hidden, dim});
        }
        shapes.put(NORM, new long[] {dim});
        if (!config.tiedEmbeddings()) {
            shapes.put(OUTPUT, new long[] {config.vocabSize(), dim});
        }
        return shapes;
    }

    /** (D). */
    public static String attentionNorm(int layer) {
        return "layers." + layer + ".attention_norm.weight";
    }

    /** (H·K, D). */
    public static String wq(int layer) {
        return "layers." + layer + ".attention.wq.weight";
    }

    /** (G·K, D). */
    public static String wk(int layer) {
        return "layers." + layer + ".attention.wk.weight";
    }

    /** (G·K, D). */
    public static String wv(int layer) {
        return "layers." + layer + ".attention.wv.weight";
    }

    /** (D, H·K). */
    public static String wo(int layer) {
        return "layers." + layer + ".attention.wo.weight";
    }

    /** (D). */
    public static String ffnNorm(int layer) {
        return "layers." + layer + ".ffn_norm.weight";
    }

    /** (F,D), the gate. */
    public static String w1(int layer) {
        return "layers." + layer + ".feed_forward.w1.weight";
    }

    /** (D,F), the way back down. */
    public static String w2(int layer) {
        return "layers." + layer + ".feed_forward.w2.weight";
    }

    /** (F,D), the way up. */
    public static String w3(int layer) {
        return "layers." + layer + ".feed_forward.w3.weight";
    }

    public LlamaConfig config() {
        return config;
    }

    /** Which rows of a head of queries or keys are turned together: Meta's order, unless they came in another. */
    public RotaryPairs rotaryPairs() {
        return rotaryPairs;
    }

    /** The parameter names, in the order of the forward pass. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** Every parameter's tensor by its name, in the order of the forward pass. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The tensor of parameter {@code name}. */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no parameter is called " + name);
        }
        return tensor;
    }

    /**
     * Makes sure that all are float32, which training needs.
     *
     * @throws IllegalArgumentException if one is not; it is named
     */
    public void requireFloat32() {
        tensors.forEach((name, tensor) -> {
            if (tensor.buffer().elementType() != ElementType.FLOAT32) {
                throw new IllegalArgumentException("%s is %s; gradients are computed of float32 weights alone"
                        .formatted(name, tensor.buffer().elementType()));
            }
        });
    }

    /** The output head: {@link #OUTPUT}, or {@link #EMBEDDING} with tied embeddings. */
    public Tensor output() {
        return get(config.tiedEmbeddings() ? EMBEDDING : OUTPUT);
    }
}
