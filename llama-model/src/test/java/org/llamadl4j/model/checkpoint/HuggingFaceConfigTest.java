package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.ByteTokenizer;

/** The fields of published models, the new names of old fields, and what is refused. */
class HuggingFaceConfigTest {

    private static final String LLAMA_1_7B = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 4096,
             "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32, "vocab_size": 32000,
             "max_position_embeddings": 2048, "max_sequence_length": 2048, "rms_norm_eps": 1e-06,
             "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "tie_word_embeddings": false,
             "torch_dtype": "float16", "use_cache": true}
            """;

    private static final String LLAMA_2_70B = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 8192,
             "intermediate_size": 28672, "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8,
             "vocab_size": 32000, "max_position_embeddings": 4096, "rms_norm_eps": 1e-05, "rope_scaling": null,
             "pretraining_tp": 1, "bos_token_id": 1, "eos_token_id": 2, "tie_word_embeddings": false}
            """;

    private static final String LLAMA_3_8B = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 4096,
             "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
             "vocab_size": 128256, "max_position_embeddings": 8192, "rms_norm_eps": 1e-05, "rope_scaling": null,
             "rope_theta": 500000.0, "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 128000,
             "eos_token_id": 128009, "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
            """;

    private static final String LLAMA_3_1_8B = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 4096,
             "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
             "vocab_size": 128256, "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "rope_theta": 500000.0,
             "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                              "original_max_position_embeddings": 8192, "rope_type": "llama3"},
             "attention_bias": false, "mlp_bias": false, "bos_token_id": 128000,
             "eos_token_id": [128001, 128008, 128009], "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
            """;

    private static final String LLAMA_3_2_1B = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 2048,
             "head_dim": 64, "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32,
             "num_key_value_heads": 8, "vocab_size": 128256, "max_position_embeddings": 131072, "rms_norm_eps": 1e-05,
             "rope_theta": 500000.0,
             "rope_scaling": {"factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                              "original_max_position_embeddings": 8192, "rope_type": "llama3"},
             "attention_bias": false, "mlp_bias": false, "bos_token_id": 128000, "eos_token_id": 128001,
             "tie_word_embeddings": true, "torch_dtype": "bfloat16"}
            """;

    @TempDir
    Path folder;

    private static JsonNode json(String text) throws IOException {
        return new JsonMapper().readTree(text);
    }

    private LlamaConfig read(String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        return HuggingFaceFolder.readConfig(folder);
    }

    /** Llama 3.1 8B with one key changed, or without it where {@code value} is null. */
    private LlamaConfig readWith(String key, String value) throws IOException {
        ObjectNode config = (ObjectNode) json(LLAMA_3_1_8B);
        if (value == null) {
            config.remove(key);
        } else {
            config.set(key, json(value));
        }
        return read(config.toString());
    }

    private SortedSet<Integer> endIds() throws IOException {
        return HuggingFaceEndIds.read(folder, 128256);
    }

    @Test
    void readsLlama1() throws IOException {
        LlamaConfig config = read(LLAMA_1_7B);
        assertThat(config).isEqualTo(LlamaConfig.preset("7b").withNormEps(1e-6));
        assertThat(config.parameterCount()).isEqualTo(6_738_415_616L);
        assertThat(endIds()).containsExactly(2);
    }

    @Test
    void readsLlama2() throws IOException {
        LlamaConfig config = read(LLAMA_2_70B);
        assertThat(config.kvHeads()).isEqualTo(8);
        assertThat(config.headDim()).isEqualTo(128);
        assertThat(config.contextLength()).isEqualTo(4096);
        assertThat(config.ropeScaling()).isEqualTo(RopeScaling.NONE);
        assertThat(config.parameterCount()).isEqualTo(68_976_648_192L);
    }

    @Test
    void readsLlama3() throws IOException {
        LlamaConfig config = read(LLAMA_3_8B);
        assertThat(config.ropeTheta()).isEqualTo(500000);
        assertThat(config.parameterCount()).isEqualTo(8_030_261_248L);
        assertThat(endIds()).containsExactly(128009);
    }

    @Test
    void readsLlama3_1() throws IOException {
        LlamaConfig config = read(LLAMA_3_1_8B);
        assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.Llama3(8, 1, 4, 8192));
        assertThat(config.contextLength()).isEqualTo(131072);
        assertThat(config.parameterCount()).isEqualTo(8_030_261_248L);
        assertThat(endIds()).containsExactly(128001, 128008, 128009);
    }

    @Test
    void readsLlama3_2() throws IOException {
        LlamaConfig config = read(LLAMA_3_2_1B);
        assertThat(config.headDim()).isEqualTo(64);
        assertThat(config.tiedEmbeddings()).isTrue();
        assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.Llama3(32, 1, 4, 8192));
        assertThat(config.parameterCount()).isEqualTo(1_235_814_400L);
    }

    @Test
    void readsTheNamesOfNewerVersions() throws IOException {
        LlamaConfig before = read(LLAMA_3_1_8B);
        ObjectNode newer = (ObjectNode) json(LLAMA_3_1_8B);
        ObjectNode parameters = (ObjectNode) newer.remove("rope_scaling");
        newer.set("rope_parameters", parameters.set("rope_theta", newer.remove("rope_theta")));
        newer.set("dtype", newer.remove("torch_dtype"));
        newer.put("head_dim", 128);
        assertThat(read(newer.toString())).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"linear\", \"factor\": 2.5}",
                "{\"rope_type\": \"linear\", \"factor\": 2.5}",
                "{\"rope_type\": \"linear\", \"type\": \"linear\", \"factor\": 2.5, \"partial_rotary_factor\": 1.0}"
            })
    void readsLinearScalingByItsOldNameAndItsNew(String scaling) throws IOException {
        assertThat(readWith("rope_scaling", scaling).ropeScaling()).isEqualTo(new RopeScaling.Linear(2.5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "{\"rope_type\": \"default\"}", "{\"type\": \"default\"}"})
    void readsThatNothingIsScaled(String scaling) throws IOException {
        assertThat(readWith("rope_scaling", scaling).ropeScaling()).isEqualTo(RopeScaling.NONE);
    }

    @Test
    void theHeadSizeNeedNotDivideTheWidth() throws IOException {
        LlamaConfig config = readWith("head_dim", "96");
        assertThat(config.headDim()).isEqualTo(96);
        assertThat(config.queryDim()).isEqualTo(3072);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rope_scaling    | {"rope_type":"yarn","factor":4}              | rope_scaling.rope_type is "yarn"; it must be default, linear or llama3
            rope_scaling    | {"type":"dynamic","factor":4}                | rope_scaling.type is "dynamic"
            rope_scaling    | {"rope_type":"longrope"}                     | rope_scaling.rope_type is "longrope"
            rope_scaling    | {"factor":4}                                 | rope_scaling.rope_type is missing
            rope_scaling    | {"rope_type":4}                              | rope_scaling.rope_type is 4; it must be a text
            rope_scaling    | {"rope_type":"linear","type":"yarn"}         | rope_scaling.type is "yarn"; it must be what rope_type says
            rope_scaling    | {"type":"linear"}                            | rope_scaling.factor is missing; it must be a number
            rope_scaling    | {"type":"linear","factor":"4"}               | rope_scaling.factor is "4"
            rope_scaling    | {"type":"linear","factor":0}                 | rope_scaling: factor of rotary scaling must be positive
            rope_scaling    | {"rope_type":"llama3","factor":8}            | rope_scaling.low_freq_factor is missing
            rope_scaling    | {"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":1,"original_max_position_embeddings":8192} | rope_scaling: highFreqFactor 1.0
            rope_scaling    | {"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4} | rope_scaling.original_max_position_embeddings is missing
            rope_scaling    | {"rope_type":"linear","factor":2,"partial_rotary_factor":0.5} | rope_scaling.partial_rotary_factor is 0.5
            rope_scaling    | "llama3"                                     | rope_scaling is "llama3"; it must be an object
            rope_parameters | {"rope_type":"default"}                      | it must be what rope_parameters says
            rope_parameters | {"rope_type":"yarn"}                         | rope_parameters.rope_type is "yarn"
            rope_parameters | {"rope_theta":"big"}                         | rope_parameters.rope_theta is "big"; it must be a number
            partial_rotary_factor | 0.25                                   | partial_rotary_factor is 0.25; it must be 1
            head_dim        | 0                                            | head_dim is 0; it must be a whole number from 1
            head_dim        | 13                                           | headDim 13 is not even
            hidden_size     | 4097                                         | dim 4097 is not a multiple of heads 32
            hidden_size     | 4294967296                                   | hidden_size is 4294967296; it must be a whole number from 1
            num_hidden_layers | [2]                                        | num_hidden_layers is [2]
            rope_theta      | 0                                            | ropeTheta 0.0
            tie_word_embeddings | "yes"                                    | tie_word_embeddings is "yes"; it must be true or false
            attention_bias  | true                                         | attention_bias is true; it must be false
            mlp_bias        | true                                         | mlp_bias is true; it must be false
            hidden_act      | "gelu"                                       | hidden_act is "gelu"; it must be silu
            model_type      | "mistral"                                    | model_type is "mistral"; it must be llama
            quantization_config | {"bits":4}                               | quantization_config is {"bits":4}
            """)
    void refusesWhatItWouldComputeWrongly(String key, String value, String message) {
        assertThatThrownBy(() -> readWith(key, value))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.getExitStatus()).isEqualTo(1))
                .hasMessageStartingWith(folder.resolve("config.json").toString())
                .hasMessageContaining(message);
    }

    @Test
    void refusesNumbersTooLargeForADouble() {
        assertThatThrownBy(() -> read(LLAMA_1_7B.replace("1e-06", "1e999")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("normEps Infinity");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {       | not valid JSON
            {}{}    | not valid JSON
            []      | not a JSON object
            ''      | not a JSON object
            {"a":NaN} | not valid JSON
            """)
    void refusesWhatIsNoJsonObject(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(UserError.class).hasMessageContaining(message);
    }

    @Test
    void refusesJsonThatIsNestedWithoutEnd() {
        assertThatThrownBy(() -> read("{\"a\":".repeat(100_000)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not valid JSON");
    }

    @Test
    void refusesBytesThatAreNoText() throws IOException {
        Files.write(folder.resolve("config.json"), new byte[] {0, 0, -1, -1, 0, 1, 2, 3});
        assertThatThrownBy(() -> HuggingFaceFolder.readConfig(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not valid JSON");
    }

    @Test
    void generationEndsAtTheTokensOfBothFiles() throws IOException {
        read(LLAMA_3_8B);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [128001, 128009]}");
        assertThat(endIds()).containsExactly(128001, 128009);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": null}");
        assertThat(endIds()).containsExactly(128009);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "128256", "\"</s>\"", "[1, [2]]", "2.0", "{\"a\": 1}", "true", "4294967296"})
    void refusesTokensThatCannotEndAText(String value) throws IOException {
        read(LLAMA_3_8B);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": " + value + "}");
        assertThatThrownBy(this::endIds)
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("generation_config.json", "eos_token_id", "a token from 0 to 128255");
    }

    @ParameterizedTest
    @ValueSource(strings = {LLAMA_1_7B, LLAMA_2_70B, LLAMA_3_8B, LLAMA_3_1_8B, LLAMA_3_2_1B})
    void writesWhatItRead(String published) throws IOException {
        LlamaConfig config = read(published);
        SortedSet<Integer> endIds = endIds();
        Path file = folder.resolve("config.json");
        HuggingFaceConfig.write(file, config, new ByteTokenizer(), endIds, ElementFormat.BF16);
        assertThat(HuggingFaceFolder.readConfig(folder)).isEqualTo(config);
        assertThat(endIds()).isEqualTo(endIds);
        JsonNode before = json(published);
        JsonNode after = json(Files.readString(file, StandardCharsets.UTF_8));
        for (String key : Set.of("rope_scaling", "eos_token_id", "num_key_value_heads", "head_dim", "rope_theta")) {
            if (before.has(key)) {
                assertThat(after.get(key)).as(key).isEqualTo(before.get(key));
            }
        }
    }

    /** Versions before 4.43 know the kind by its old name, and refuse any third key. */
    @Test
    void writesLinearScalingForOldVersions() throws IOException {
        LlamaConfig config = read(LLAMA_1_7B).withRopeScaling(new RopeScaling.Linear(4));
        Path file = folder.resolve("config.json");
        HuggingFaceConfig.write(file, config, new ByteTokenizer(), new TreeSet<>(Set.of(2)), ElementFormat.F16);
        assertThat(json(Files.readString(file)).get("rope_scaling"))
                .isEqualTo(json("{\"type\": \"linear\", \"factor\": 4.0}"));
        assertThat(HuggingFaceFolder.readConfig(folder)).isEqualTo(config);
    }
}
