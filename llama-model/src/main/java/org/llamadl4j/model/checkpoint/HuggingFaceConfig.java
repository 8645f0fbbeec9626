package org.llamadl4j.model.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** The {@code config.json} of a Hugging Face LLaMA folder, which describes a {@link LlamaConfig} in other words. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class HuggingFaceConfig {

    static final String FILE = "config.json";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path file;
    private final JsonNode json;

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
        JsonNode json;
        try {
            json = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw UserError.failed(e, "%s is not valid JSON: %s", file, e.getMessage());
        }
        if (!json.isObject()) {
            throw UserError.failed("%s is not a JSON object", file);
        }
        return new HuggingFaceConfig(file, json).toLlamaConfig();
    }

    static void write(Path file, LlamaConfig config, Tokenizer tokenizer, ElementFormat format) throws IOException {
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
        json.put("rope_theta", config.ropeTheta());
        json.putNull("rope_scaling");
        json.put("attention_bias", false);
        json.put("mlp_bias", false);
        json.put("attention_dropout", 0.0);
        json.put("tie_word_embeddings", config.tiedEmbeddings());
        json.put("initializer_range", 0.02);
        json.put("bos_token_id", tokenizer.bosId());
        json.put("eos_token_id", tokenizer.eosId());
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

    private LlamaConfig toLlamaConfig() {
        requireOrDefault("model_type", "llama");
        requireOrDefault("hidden_act", "silu");
        requireOrDefault("attention_bias", "false");
        requireOrDefault("mlp_bias", "false");
        requireOrDefault("rope_scaling", "null");
        requireOrDefault("quantization_config", "null");
        JsonNode rope = json.path("rope_parameters");
        String ropeType = rope.path("rope_type").asText("default");
        if (!ropeType.equals("default")) {
            throw unsupported("rope_parameters.rope_type", ropeType, "default");
        }
        int heads = integer("num_attention_heads");
        try {
            return LlamaConfig.builder()
                    .dim(integer("hidden_size"))
                    .layers(integer("num_hidden_layers"))
                    .heads(heads)
                    .kvHeads(json.hasNonNull("num_key_value_heads") ? integer("num_key_value_heads") : heads)
                    .headDim(json.hasNonNull("head_dim") ? integer("head_dim") : 0)
                    .hiddenDim(integer("intermediate_size"))
                    .vocabSize(integer("vocab_size"))
                    .contextLength(
                            json.hasNonNull("max_position_embeddings") ? integer("max_position_embeddings") : 2048)
                    .normEps(number(json, "rms_norm_eps", 1e-6))
                    .ropeTheta(number(rope, "rope_theta", number(json, "rope_theta", 10000)))
                    .tiedEmbeddings(json.path("tie_word_embeddings").asBoolean(false))
                    .build();
        } catch (UserError e) {
            throw UserError.failed(e, "%s: %s", file, e.getMessage());
        }
    }

    /** Refuses any value but {@code supported} and an absent one. */
    private void requireOrDefault(String key, String supported) {
        JsonNode value = json.get(key);
        if (value != null && !value.isNull() && !value.asText().equals(supported)) {
            throw unsupported(key, value.isValueNode() ? value.asText() : value.toString(), supported);
        }
    }

    private UserError unsupported(String key, String value, String supported) {
        return UserError.failed("%s: %s is %s; only %s is supported", file, key, value, supported);
    }

    private int integer(String key) {
        JsonNode value = json.get(key);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() <= 0) {
            throw UserError.failed(
                    "%s: %s is %s; it must be a whole number from 1", file, key, value == null ? "missing" : value);
        }
        return value.asInt();
    }

    private double number(JsonNode parent, String key, double absent) {
        JsonNode value = parent.get(key);
        if (value == null || value.isNull()) {
            return absent;
        }
        if (!value.isNumber()) {
            throw UserError.failed("%s: %s is %s; it must be a number", file, key, value);
        }
        return value.asDouble();
    }
}
