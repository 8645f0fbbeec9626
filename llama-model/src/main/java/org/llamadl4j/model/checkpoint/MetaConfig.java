package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.LlamaConfig.LlamaConfigBuilder;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.error.UserError;

/** The {@code params.json} of a Meta folder: the arguments of Meta's code, which describe a {@link LlamaConfig}. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class MetaConfig {

    static final String FILE = "params.json";

    /** θ of the models whose {@code params.json} does not have it. */
    private static final double FIRST_THETA = 10000;

    /** θ of Code Llama. */
    private static final double CODE_LLAMA_THETA = 1e6;

    /** ε of Llama 2; that of the first LLaMAs, but for the largest, is smaller. */
    private static final double LLAMA_2_EPS = 1e-5;

    private final JsonObject json;

    /**
     * Reads {@code file}, which exists.
     *
     * @throws UserError if it is no JSON object
     */
    static MetaConfig read(Path file) throws IOException {
        return new MetaConfig(JsonObject.read(file));
    }

    int dim() {
        return json.integer("dim");
    }

    /** V, or -1 where the file leaves it to the tokenizer. */
    int vocabSize() {
        boolean left =
                !json.has("vocab_size") || json.value("vocab_size").asText().equals("-1");
        return left ? -1 : json.integer("vocab_size");
    }

    /**
     * The model.
     *
     * @param vocabSize rows of the embedding
     * @param tiedEmbeddings whether the embedding is the output head
     * @throws UserError if the file lacks something, or {@code vocabSize} is not what it says
     */
    LlamaConfig toLlamaConfig(int vocabSize, boolean tiedEmbeddings) {
        if (vocabSize() != -1 && vocabSize() != vocabSize) {
            throw UserError.failed(
                    "%s: vocab_size is %d, but the embedding has %d rows; are all parts of the model there?",
                    json.file(), vocabSize(), vocabSize);
        }
        int heads = json.integer("n_heads");
        double theta = positive("rope_theta", FIRST_THETA);
        double eps = positive("norm_eps", LLAMA_2_EPS);
        boolean scaled = json.flag("use_scaled_rope", false);
        LlamaConfigBuilder config = LlamaConfig.builder()
                .dim(dim())
                .layers(json.integer("n_layers"))
                .heads(heads)
                .kvHeads(json.integer("n_kv_heads", heads))
                .hiddenDim(hiddenDim())
                .vocabSize(vocabSize)
                .contextLength(contextLength(theta, eps, scaled))
                .normEps(eps)
                .ropeTheta(theta)
                .ropeScaling(scaled ? scaling(tiedEmbeddings) : RopeScaling.NONE)
                .tiedEmbeddings(tiedEmbeddings);
        return json.make(config::build);
    }

    /**
     * F, as Meta's code computes it: two thirds of 4·D, times a factor, up to the next multiple of {@code multiple_of};
     * whole numbers at each step.
     */
    private int hiddenDim() {
        double multiplier = positive("ffn_dim_multiplier", 1);
        int multiple = json.integer("multiple_of");
        long hidden = (long) (multiplier * (long) (8L * dim() / 3.0));
        long rounded = hidden > Integer.MAX_VALUE ? hidden : (hidden + multiple - 1) / multiple * multiple;
        if (rounded < 1 || rounded > Integer.MAX_VALUE) {
            throw UserError.failed(
                    "%s: dim %d, ffn_dim_multiplier %s and multiple_of %d give a feed-forward width of %d",
                    json.file(), dim(), multiplier, multiple, rounded);
        }
        return (int) rounded;
    }

    /**
     * Llama 3.1's scaling. Meta's files do not tell its factor: it is 32 for Llama 3.2's small models, which alone tie
     * embeddings, and 8 for others.
     */
    private RopeScaling scaling(boolean tiedEmbeddings) {
        double factor = positive("rope_scaling_factor", tiedEmbeddings ? 32 : 8);
        double high = positive("high_freq_factor", 4);
        return json.make(() -> new RopeScaling.Llama3(factor, 1, high, 8192));
    }

    /** What the model is known to be trained for; Meta's files do not tell. */
    private int contextLength(double theta, double eps, boolean scaled) {
        if (json.has("max_seq_len")) {
            return json.integer("max_seq_len");
        }
        if (scaled) {
            return 131072;
        }
        if (theta == CODE_LLAMA_THETA) {
            return 16384;
        }
        if (theta != FIRST_THETA) {
            return 8192;
        }
        return eps == LLAMA_2_EPS ? 4096 : 2048;
    }

    private double positive(String key, double absent) {
        double value = json.number(key, absent);
        if (!(value > 0) || Double.isInfinite(value)) {
            throw json.wrong(key, "a positive number");
        }
        return value;
    }
}
