package org.llamadl4j.model.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lombok.Builder;
import lombok.With;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;

/**
 * The sizes and constants of a LLaMA (section 2.2 and table 2 of the paper).
 *
 * @param dim D, width of the residual stream
 * @param layers L, number of transformer layers
 * @param heads H, number of query heads
 * @param kvHeads G, number of key and value heads; divides {@code heads}, equals it without grouped-query attention
 * @param headDim K, size of one head, even; 0 stands for {@code dim / heads}, which it need not be
 * @param hiddenDim F, hidden width of the feed-forward network
 * @param vocabSize V, number of tokens
 * @param contextLength largest T that the model is trained for
 * @param normEps ε under the square root of RMSNorm
 * @param ropeTheta θ, base of the rotary frequencies
 * @param ropeScaling what longer contexts than the first training's made of these frequencies; null stands for nothing
 * @param tiedEmbeddings whether the output head is the embedding matrix
 */
@Builder(toBuilder = true)
@With
public record LlamaConfig(
        int dim,
        int layers,
        int heads,
        int kvHeads,
        @Builder.ObtainVia(method = "chosenHeadDim") int headDim,

        int hiddenDim,
        int vocabSize,
        int contextLength,
        double normEps,
        double ropeTheta,
        RopeScaling ropeScaling,
        boolean tiedEmbeddings) {

    public LlamaConfig {
        requirePositive("dim", dim);
        requirePositive("layers", layers);
        requirePositive("heads", heads);
        requirePositive("kvHeads", kvHeads);
        requirePositive("hiddenDim", hiddenDim);
        requirePositive("vocabSize", vocabSize);
        requirePositive("contextLength", contextLength);
        if (headDim == 0) {
            if (dim % heads != 0) {
                throw UserError.usage("dim %d is not a multiple of heads %d; set headDim", dim, heads);
            }
            if (dim / heads % 2 != 0) {
                throw UserError.usage(
                        "dim %d / heads %d gives heads of size %d; rotary embedding rotates pairs, so it must be even",
                        dim, heads, dim / heads);
            }
            headDim = dim / heads;
        }
        if (headDim < 0 || headDim % 2 != 0) {
            throw UserError.usage("headDim %d is not even and positive; rotary embedding rotates pairs", headDim);
        }
        if ((long) heads * headDim > Integer.MAX_VALUE) {
            throw UserError.usage("heads %d of headDim %d are more than %d", heads, headDim, Integer.MAX_VALUE);
        }
        if (heads % kvHeads != 0) {
            throw UserError.usage("heads %d is not a multiple of kvHeads %d", heads, kvHeads);
        }
        if (!(normEps > 0) || !(ropeTheta > 0) || Double.isInfinite(normEps) || Double.isInfinite(ropeTheta)) {
            throw UserError.usage("normEps %s and ropeTheta %s must be positive and finite", normEps, ropeTheta);
        }
        ropeScaling = ropeScaling == null ? RopeScaling.NONE : ropeScaling;
    }

    /**
     * A named size: {@code 7b}, {@code 13b}, {@code 33b}, {@code 65b} of the paper, or {@code 260k}, {@code 1m},
     * {@code 15m}, {@code 42m}, {@code 110m}, {@code 1.1b} for one machine.
     */
    public static LlamaConfig preset(String name) {
        LlamaConfig preset = Preset.ALL.get(name.toLowerCase(Locale.ROOT));
        if (preset == null) {
            throw UserError.usage("no preset is called '%s'; there are %s", name, String.join(", ", presetNames()));
        }
        return preset;
    }

    /** The names that {@link #preset} knows, smallest model first. */
    public static List<String> presetNames() {
        return List.copyOf(Preset.ALL.keySet());
    }

    /** The same with another width; heads grow with it, unless their size was chosen apart from it. */
    public LlamaConfig withDim(int dim) {
        return toBuilder().dim(dim).build();
    }

    /** The same with another number of heads; their size follows, unless it was chosen apart. */
    public LlamaConfig withHeads(int heads) {
        return toBuilder().heads(heads).build();
    }

    /** {@link #headDim}, or 0 where it is what follows from the other sizes. */
    private int chosenHeadDim() {
        return (long) headDim * heads == dim ? 0 : headDim;
    }

    /** H·K, the width of queries. */
    public int queryDim() {
        return heads * headDim;
    }

    /** G·K, the width of keys and of values. */
    public int kvDim() {
        return kvHeads * headDim;
    }

    /** How queries and keys are rotated whose rows are in the order of {@code pairs}: θ^(-2i/K), scaled. */
    public RotaryEmbedding rotary(RotaryPairs pairs) {
        double[] unscaled = RotaryEmbedding.of(headDim, ropeTheta, pairs).frequencies();
        return new RotaryEmbedding(
                Arrays.stream(unscaled).map(ropeScaling::scale).toArray(), pairs);
    }

    /** The exact number of parameters; nothing is allocated. */
    public long parameterCount() {
        long attention = 2L * dim * queryDim() + 2L * dim * kvDim();
        long feedForward = 3L * dim * hiddenDim;
        long norms = 2L * dim;
        long embedding = (long) vocabSize * dim;
        return layers * (attention + feedForward + norms) + dim + (tiedEmbeddings ? 1 : 2) * embedding;
    }

    /**
     * Floating-point operations of one training step per token at sequence length {@code time}: 6 for each parameter
     * of a matrix product, and 6·L·H·K·T for causal attention.
     */
    public double trainingFlopsPerToken(int time) {
        return 6.0 * parameterCount() + 6.0 * layers * queryDim() * time;
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw UserError.usage("%s must be positive, not %d", name, value);
        }
    }
}
