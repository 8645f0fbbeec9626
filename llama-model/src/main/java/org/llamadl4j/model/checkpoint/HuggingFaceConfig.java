package org.llamadl4j.model.checkpoint;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.LlamaConfig.LlamaConfigBuilder;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** The {@code config.json} of a Hugging Face LLaMA folder, which describes a {@link LlamaConfig} in other words. */
final class HuggingFaceConfig {

    static final String FILE = "config.json";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private HuggingFaceConfig() {}

    /**
     * Reads {@code file}.
     *
     * @throws UserError if it is missing, broken, or describes a model that this code would compute wrongly
     */
    static LlamaConfig read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw UserError.failed(
                    "there is no %s in %s; a model folder has one", file.getFileName(), file.getParent());
        }
        return toLlamaConfig(JsonObject.read(file));
    }

    /**
     * Writes {@code file}.
     *
     * @param endIds the tokens that end a text
     * @param format that of the matrices, for programs that ask before they read
     */
    static void write(
            Path file, LlamaConfig config, Tokenizer tokenizer, SortedSet<Integer> endIds, ElementFormat format)
            throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add("LlamaForCausalLM");
        json.put("model_type", "llama");
        json.put("hidden_size", config.dim());
        json.put("intermediate_size", config.hiddenDim());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.kvHeads());
        json.put("head_dim", config.headDim());
        json.put("vocab_size", config.vocabSize());
        json.put("max_position_embeddings", config.contextLength());
        json.put("hidden_act", "silu");
        json.put("rms_norm_eps", config.normEps());
        HuggingFaceRope.write(json, config.ropeTheta(), config.ropeScaling());
        json.put("attention_bias", false);
        json.put("mlp_bias", false);
        json.put("attention_dropout", 0.0);
        json.put("tie_word_embeddings", config.tiedEmbeddings());
        json.put("initializer_range", 0.02);
        json.put("bos_token_id", tokenizer.bosId());
        HuggingFaceEndIds.write(json, endIds);
        json.put("torch_dtype", torchName(format));
        json.put("use_cache", true);
        JSON.writeValue(file.toFile(), json);
    }

    /** What PyTorch calls a type that is written. */
    private static String torchName(ElementFormat format) {
        return switch (format) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> throw new IllegalArgumentException("no folder of " + format + " is written");
        };
    }

    private static LlamaConfig toLlamaConfig(JsonObject json) {
        json.require("model_type", "llama");
        json.require("hidden_act", "silu");
        json.require("attention_bias", "false");
        json.require("mlp_bias", "false");
        json.require("quantization_config", "null");
        int heads = json.integer("num_attention_heads");
        LlamaConfigBuilder config = LlamaConfig.builder()
                .dim(json.integer("hidden_size"))
                .layers(json.integer("num_hidden_layers"))
                .heads(heads)
                .kvHeads(json.integer("num_key_value_heads", heads))
                .headDim(json.integer("head_dim", 0))
                .hiddenDim(json.integer("intermediate_size"))
                .vocabSize(json.integer("vocab_size"))
                .contextLength(json.integer("max_position_embeddings", 2048))
                .normEps(json.number("rms_norm_eps", 1e-6))
                .ropeTheta(HuggingFaceRope.theta(json))
                .ropeScaling(HuggingFaceRope.scaling(json))
                .tiedEmbeddings(json.flag("tie_word_embeddings", false));
        return json.make(config::build);
    }
}
