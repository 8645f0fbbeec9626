package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LogitsPass;
import org.llamadl4j.model.Resources;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.ByteTokenizer;
import org.llamadl4j.model.tokenizer.Tokenizer;

class HuggingFaceFolderTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    private static final LlamaConfig SMALL = LlamaConfig.builder()
            .dim(24)
            .layers(2)
            .heads(6)
            .kvHeads(2)
            .hiddenDim(20)
            .vocabSize(300)
            .contextLength(16)
            .normEps(1e-5)
            .ropeTheta(500000)
            .build();

    @TempDir
    Path parent;

    /** As another program wrote it: the folder of golden_llama.py. */
    private Path golden;

    @BeforeEach
    void copyGolden() throws IOException {
        golden = Files.createDirectory(parent.resolve("golden"));
        Resources.copyGolden("hf/config.json", golden);
        Resources.copyGolden("hf/model.safetensors", golden);
    }

    private static LlamaModel random(LlamaConfig config) {
        return new LlamaModel(config, LlamaWeights.initialise(config, 5, KERNELS), new ByteTokenizer(), KERNELS);
    }

    private static float[] values(Tensor tensor) {
        float[] values = new float[(int) tensor.size()];
        KERNELS.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }

    private void setConfig(String key, String json) throws IOException {
        JsonMapper mapper = new JsonMapper();
        Path file = golden.resolve("config.json");
        ObjectNode config = (ObjectNode) mapper.readTree(Files.readString(file));
        if (json == null) {
            config.remove(key);
        } else {
            config.set(key, mapper.readTree(json));
        }
        Files.writeString(file, config.toString());
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(() -> HuggingFaceFolder.readWeights(golden, KERNELS))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.getExitStatus()).isEqualTo(1))
                .hasMessageContaining(golden.toString())
                .hasMessageContainingAll(words);
    }

    /** The tensors of the golden folder, to be written again with something changed. */
    private Map<String, Tensor> goldenTensors() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (SafeTensors file = SafeTensors.open(golden.resolve("model.safetensors"))) {
            for (String name : file.names()) {
                long[] shape = file.shape(name);
                Tensor tensor = new Tensor(KERNELS.allocate(ElementType.FLOAT32, size(shape)), shape);
                file.read(name, tensor, KERNELS);
                tensors.put(name, tensor);
            }
        }
        return tensors;
    }

    private static long size(long[] shape) {
        long size = 1;
        for (long dimension : shape) {
            size *= dimension;
        }
        return size;
    }

    private static Tensor zeros(long... shape) {
        return new Tensor(KERNELS.allocate(ElementType.FLOAT32, size(shape)), shape);
    }

    private void writeGolden(Map<String, Tensor> tensors) throws IOException {
        SafeTensors.write(golden.resolve("model.safetensors"), tensors, Map.of("format", "pt"), KERNELS);
    }

    @Test
    void readsTheConfiguration() throws IOException {
        assertThat(HuggingFaceFolder.readConfig(golden))
                .isEqualTo(LlamaConfig.builder()
                        .dim(32)
                        .layers(2)
                        .heads(4)
                        .kvHeads(2)
                        .hiddenDim(40)
                        .vocabSize(300)
                        .contextLength(32)
                        .normEps(1e-6)
                        .ropeTheta(10000)
                        .build());
    }

    @Test
    void reordersQueryAndKeyRowsFromHalvesToPairs() throws IOException {
        LlamaWeights weights = HuggingFaceFolder.readWeights(golden, KERNELS);
        // K = 8: rows 0 to 7 of each head come from rows 0 4 1 5 2 6 3 7.
        int[] from = {0, 4, 1, 5, 2, 6, 3, 7};
        float[] wk = values(weights.get(LlamaWeights.wk(1)));
        float[] hf;
        try (SafeTensors file = SafeTensors.open(golden.resolve("model.safetensors"))) {
            hf = file.floats("model.layers.1.self_attn.k_proj.weight");
            assertThat(values(weights.get(LlamaWeights.wv(1))))
                    .isEqualTo(file.floats("model.layers.1.self_attn.v_proj.weight"));
        }
        for (int head = 0; head < 2; head++) {
            for (int row = 0; row < 8; row++) {
                for (int column = 0; column < 32; column++) {
                    assertThat(wk[(head * 8 + row) * 32 + column]).isEqualTo(hf[(head * 8 + from[row]) * 32 + column]);
                }
            }
        }
    }

    /** The golden logits are of rotate_half over the folder's own row order. */
    @Test
    void computesTheLogitsOfAnotherProgram() throws IOException {
        LogitsPass pass = new LogitsPass(HuggingFaceFolder.readWeights(golden, KERNELS), KERNELS);
        try (SafeTensors expected = SafeTensors.open(Resources.copyGolden("hf_logits.safetensors", parent))) {
            long[] shape = expected.shape("logits");
            int time = (int) shape[1];
            int vocab = (int) shape[2];
            long[] tokens = expected.longs("tokens");
            double[] logits = expected.doubles("logits");
            for (int row = 0; row < tokens.length; row++) {
                int[] sequence = Arrays.stream(tokens, row / time * time, row + 1)
                        .mapToInt(id -> (int) id)
                        .toArray();
                float[] actual = pass.run(sequence, sequence.length);
                for (int id = 0; id < vocab; id++) {
                    assertThat((double) actual[id]).isCloseTo(logits[row * vocab + id], within(1e-4));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void readsBackWhatItWrote(boolean tied) throws IOException {
        LlamaModel model = random(SMALL.withTiedEmbeddings(tied));
        Path folder = parent.resolve("model");
        HuggingFaceFolder.write(folder, model);
        assertThat(HuggingFaceFolder.readConfig(folder)).isEqualTo(model.config());
        LlamaWeights read = HuggingFaceFolder.readWeights(folder, KERNELS);
        for (String name : model.weights().names()) {
            assertThat(values(read.get(name)))
                    .as(name)
                    .isEqualTo(values(model.weights().get(name)));
        }
        assertThat(read.names()).isEqualTo(model.weights().names());
        assertThat(folder.resolve("tokenizer.model")).hasContent("bytes");
    }

    @Test
    void writesTheTensorsOfAnotherProgramAsTheyWere() throws IOException {
        LlamaWeights weights = HuggingFaceFolder.readWeights(golden, KERNELS);
        Path copy = parent.resolve("copy");
        HuggingFaceFolder.write(copy, new LlamaModel(weights.config(), weights, new ByteTokenizer(), KERNELS));
        try (SafeTensors first = SafeTensors.open(golden.resolve("model.safetensors"));
                SafeTensors second = SafeTensors.open(copy.resolve("model.safetensors"))) {
            assertThat(second.names()).containsExactlyInAnyOrderElementsOf(first.names());
            for (String name : first.names()) {
                assertThat(second.floats(name)).as(name).isEqualTo(first.floats(name));
            }
        }
    }

    @Test
    void tellsTransformersWhatItNeedsToKnow() throws IOException {
        Path folder = parent.resolve("model");
        HuggingFaceFolder.write(folder, random(SMALL));
        JsonNode config = new JsonMapper().readTree(Files.readString(folder.resolve("config.json")));
        assertThat(config.at("/architectures/0").asText()).isEqualTo("LlamaForCausalLM");
        assertThat(config.get("model_type").asText()).isEqualTo("llama");
        assertThat(config.get("torch_dtype").asText()).isEqualTo("float32");
        assertThat(config.get("hidden_act").asText()).isEqualTo("silu");
        assertThat(config.get("bos_token_id").asInt()).isEqualTo(1);
        assertThat(config.get("eos_token_id").asInt()).isEqualTo(2);
        JsonNode tokenizer = new JsonMapper().readTree(Files.readString(folder.resolve("tokenizer_config.json")));
        assertThat(tokenizer.get("tokenizer_class").asText()).isEqualTo("LlamaTokenizer");
        assertThat(tokenizer.get("eos_token").asText()).isEqualTo("</s>");
        try (SafeTensors file = SafeTensors.open(folder.resolve("model.safetensors"))) {
            assertThat(file.metadata()).containsEntry("format", "pt");
        }
    }

    @Test
    void readsSeveralFilesWithAnIndex() throws IOException {
        LlamaWeights single = HuggingFaceFolder.readWeights(golden, KERNELS);
        Map<String, Tensor> tensors = goldenTensors();
        Files.delete(golden.resolve("model.safetensors"));
        ObjectNode index = new JsonMapper().createObjectNode();
        int number = 0;
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            String file = "model-%05d-of-00099.safetensors".formatted(number++);
            SafeTensors.write(golden.resolve(file), Map.of(tensor.getKey(), tensor.getValue()), Map.of(), KERNELS);
            index.withObject("/weight_map").put(tensor.getKey(), file);
        }
        Files.writeString(golden.resolve("model.safetensors.index.json"), index.toString());
        LlamaWeights read = HuggingFaceFolder.readWeights(golden, KERNELS);
        for (String name : single.names()) {
            assertThat(values(read.get(name))).as(name).isEqualTo(values(single.get(name)));
        }

        Files.delete(golden.resolve("model-00003-of-00099.safetensors"));
        assertRefused("there is no file", "model-00003-of-00099.safetensors");
        Files.writeString(
                golden.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"../elsewhere\"}}");
        assertRefused("../elsewhere");
    }

    @Test
    void namesTheTensorThatIsMissing() throws IOException {
        Map<String, Tensor> tensors = goldenTensors();
        tensors.remove("model.layers.1.mlp.up_proj.weight");
        writeGolden(tensors);
        assertRefused("lacks", "'model.layers.1.mlp.up_proj.weight'");
        tensors.remove("model.norm.weight");
        writeGolden(tensors);
        assertRefused("lacks", "'model.layers.1.mlp.up_proj.weight'", "and 1 other");
    }

    @Test
    void namesTheTensorThatIsTooMany() throws IOException {
        Map<String, Tensor> tensors = goldenTensors();
        tensors.put("model.layers.0.self_attn.q_proj.bias", zeros(32));
        writeGolden(tensors);
        assertRefused("no use", "'model.layers.0.self_attn.q_proj.bias'");
    }

    @Test
    void namesTheTensorOfAnotherShape() throws IOException {
        Map<String, Tensor> tensors = goldenTensors();
        tensors.put("model.layers.0.self_attn.k_proj.weight", zeros(32, 32));
        writeGolden(tensors);
        assertRefused("'model.layers.0.self_attn.k_proj.weight'", "[32, 32]", "[16, 32]");
    }

    @Test
    void ignoresTensorsThatRepeatWhatItKnows() throws IOException {
        Map<String, Tensor> tensors = goldenTensors();
        tensors.put("model.layers.0.self_attn.rotary_emb.inv_freq", zeros(4));
        writeGolden(tensors);
        setConfig("tie_word_embeddings", "true");
        LlamaWeights weights = HuggingFaceFolder.readWeights(golden, KERNELS);
        assertThat(weights.names()).doesNotContain(LlamaWeights.OUTPUT);
    }

    @Test
    void noticesAlteredWeights() throws IOException {
        writeGolden(goldenTensors());
        Path file = golden.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertRefused("model.safetensors", "altered");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hidden_act            | "gelu"                       | gelu
            attention_bias        | true                         | attention_bias
            mlp_bias              | true                         | mlp_bias
            model_type            | "mistral"                    | mistral
            quantization_config   | {"bits":4}                   | quantization_config
            head_dim              | 7                            | headDim
            hidden_size           | 33                           | heads
            hidden_size           |                              | hidden_size is missing
            num_hidden_layers     | 0                            | num_hidden_layers
            num_hidden_layers     | "two"                        | two
            num_key_value_heads   | 3                            | kvHeads
            vocab_size            | 1.5                          | vocab_size
            rms_norm_eps          | "small"                      | rms_norm_eps
            rope_theta            | -1                           | ropeTheta
            """)
    void refusesAConfigurationItWouldComputeWrongly(String key, String json, String word) throws IOException {
        setConfig(key, json);
        assertRefused("config.json", word);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rope_scaling        | null
            attention_bias      | false
            head_dim            | 8
            rope_parameters     | {"rope_type":"default","rope_theta":10000.0}
            pretraining_tp      | 1
            """)
    void acceptsFieldsThatChangeNothing(String key, String json) throws IOException {
        LlamaConfig before = HuggingFaceFolder.readConfig(golden);
        setConfig(key, json);
        assertThat(HuggingFaceFolder.readConfig(golden)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "num_key_value_heads, 4, kvHeads",
        "rms_norm_eps, 1.0E-6, normEps",
        "rope_theta, 10000.0, ropeTheta",
        "max_position_embeddings, 2048, contextLength",
        "head_dim, 8, headDim",
        "tie_word_embeddings, false, tiedEmbeddings"
    })
    void fillsInTransformersDefaults(String key, String value, String component) throws IOException {
        setConfig(key, null);
        assertThat(HuggingFaceFolder.readConfig(golden).toString()).contains(component + "=" + value);
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        Files.delete(golden.resolve("model.safetensors"));
        assertRefused("model.safetensors");
        Files.writeString(golden.resolve("config.json"), "{");
        assertRefused("config.json", "JSON");
        Files.delete(golden.resolve("config.json"));
        assertRefused("there is no config.json");
        Files.delete(golden);
        assertRefused("there is no model folder");
    }

    @Test
    void readsTheTokenizerWithTheModel() throws IOException {
        assertThatThrownBy(() -> HuggingFaceFolder.read(golden, KERNELS))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("there is no tokenizer.model", golden.toString());
        Tokenizer tokenizer = BpeTrainer.builder().vocabSize(275).build().train(List.of("the cat sat on the mat"));
        tokenizer.write(golden.resolve("tokenizer.model"));
        assertThat(HuggingFaceFolder.read(golden, KERNELS).tokenizer().encode("the cat"))
                .isEqualTo(tokenizer.encode("the cat"));
    }

    @Test
    void refusesATokenizerOfAnotherModel() throws IOException {
        LlamaConfig config = SMALL.withVocabSize(260);
        HuggingFaceFolder.write(parent.resolve("model"), random(config));
        BpeTrainer.builder()
                .vocabSize(275)
                .build()
                .train(List.of("the cat sat on the mat"))
                .write(parent.resolve("model/tokenizer.model"));
        assertThatThrownBy(() -> HuggingFaceFolder.read(parent.resolve("model"), KERNELS))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("tokenizer of " + parent.resolve("model"), "275", "260");
    }

    @Test
    void saysWhereTheEarlierModelIsAfterAnInterruptedReplacement() throws IOException {
        Files.move(golden, parent.resolve(".golden.previous"));
        assertRefused("interrupted", ".golden.previous");
    }

    @Test
    void keepsTheEarlierModelWhenSavingFails() throws IOException {
        Path folder = parent.resolve("model");
        HuggingFaceFolder.write(folder, random(SMALL));
        byte[] before = Files.readAllBytes(folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> HuggingFaceFolder.write(folder, random(SMALL), 5_000_000, temporary -> {
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(folder.toString(), "No space left on device", "It needs 6.1 MB", "untouched");
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(before);
        try (Stream<Path> entries = Files.list(parent)) {
            assertThat(entries).containsExactlyInAnyOrder(folder, golden);
        }
    }
}
