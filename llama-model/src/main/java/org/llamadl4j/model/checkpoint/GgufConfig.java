package org.llamadl4j.model.checkpoint;

import java.util.Map;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.LlamaConfig.LlamaConfigBuilder;
import org.llamadl4j.model.error.UserError;

/** The metadata of a GGUF file that describe a {@link LlamaConfig}. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class GgufConfig {

    static final String BLOCK_COUNT = "llama.block_count";

    private static final String ARCHITECTURE = "general.architecture";
    private static final String DIM = "llama.embedding_length";
    private static final String HEADS = "llama.attention.head_count";
    private static final String KV_HEADS = "llama.attention.head_count_kv";
    private static final String KEY_LENGTH = "llama.attention.key_length";
    private static final String VALUE_LENGTH = "llama.attention.value_length";
    private static final String HIDDEN_DIM = "llama.feed_forward_length";
    private static final String CONTEXT = "llama.context_length";
    private static final String VOCAB_SIZE = "llama.vocab_size";
    private static final String NORM_EPS = "llama.attention.layer_norm_rms_epsilon";
    private static final String ROPE_THETA = "llama.rope.freq_base";
    private static final String ROPE_DIMENSIONS = "llama.rope.dimension_count";

    private final GgufMetadata metadata;

    /**
     * Reads a configuration, but for the scaling of its rotary frequencies: see {@link GgufRope}.
     *
     * @param vocabSize the number of tokens that the file lists
     * @param tiedEmbeddings whether the file has no output head
     * @throws UserError if a key is missing or wrong, or describes a model that this code would compute wrongly
     */
    static LlamaConfig read(GgufMetadata metadata, int vocabSize, boolean tiedEmbeddings) {
        return new GgufConfig(metadata).toLlamaConfig(vocabSize, tiedEmbeddings);
    }

    static void write(LlamaConfig config, Map<String, Object> metadata) {
        metadata.put(ARCHITECTURE, "llama");
        metadata.put(BLOCK_COUNT, config.layers());
        metadata.put(CONTEXT, config.contextLength());
        metadata.put(DIM, config.dim());
        metadata.put(HIDDEN_DIM, config.hiddenDim());
        metadata.put(HEADS, config.heads());
        metadata.put(KV_HEADS, config.kvHeads());
        metadata.put(NORM_EPS, (float) config.normEps());
        metadata.put(ROPE_THETA, (float) config.ropeTheta());
        metadata.put(KEY_LENGTH, config.headDim());
        metadata.put(VALUE_LENGTH, config.headDim());
        metadata.put(ROPE_DIMENSIONS, config.headDim());
        GgufRope.write(config, metadata);
        metadata.put(VOCAB_SIZE, config.vocabSize());
    }

    private LlamaConfig toLlamaConfig(int vocabSize, boolean tiedEmbeddings) {
        String architecture = metadata.text(ARCHITECTURE);
        if (!architecture.equals("llama")) {
            throw metadata.wrong(ARCHITECTURE, architecture, "llama");
        }
        requireInteger("llama.expert_count", 0);
        requireInteger(VOCAB_SIZE, vocabSize);
        int heads = metadata.integer(HEADS, 1);
        LlamaConfigBuilder builder = LlamaConfig.builder()
                .dim(metadata.integer(DIM, 1))
                .layers(metadata.integer(BLOCK_COUNT, 1))
                .heads(heads)
                .kvHeads(metadata.integer(KV_HEADS, 1, heads))
                .headDim(metadata.integer(KEY_LENGTH, 1, 0))
                .hiddenDim(metadata.integer(HIDDEN_DIM, 1))
                .vocabSize(vocabSize)
                .contextLength(metadata.integer(CONTEXT, 1))
                .normEps(metadata.decimal(NORM_EPS))
                .ropeTheta(metadata.decimal(ROPE_THETA, 10000))
                .tiedEmbeddings(tiedEmbeddings);
        LlamaConfig config = UserError.naming(metadata.file(), builder::build);
        requireInteger(ROPE_DIMENSIONS, config.headDim());
        requireInteger(VALUE_LENGTH, config.headDim());
        return config;
    }

    /** Refuses any value but {@code supported} and an absent one. */
    private void requireInteger(String key, int supported) {
        int value = metadata.integer(key, 0, supported);
        if (value != supported) {
            throw metadata.wrong(key, value, Integer.toString(supported));
        }
    }
}
