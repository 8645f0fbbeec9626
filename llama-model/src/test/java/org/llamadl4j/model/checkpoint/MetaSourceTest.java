package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.Resources;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

/** Folders that golden_meta.py wrote with PyTorch, and what is refused of them. */
class MetaSourceTest {

    private static final int VOCAB = 20;

    private static final LlamaConfig FIRST = LlamaConfig.builder()
            .dim(8)
            .layers(1)
            .heads(4)
            .kvHeads(4)
            .hiddenDim(24)
            .vocabSize(VOCAB)
            .contextLength(2048)
            .normEps(1e-6)
            .ropeTheta(10000)
            .build();

    private static final LlamaConfig THIRD = LlamaConfig.builder()
            .dim(16)
            .layers(1)
            .heads(8)
            .kvHeads(4)
            .hiddenDim(56)
            .vocabSize(VOCAB)
            .contextLength(131072)
            .normEps(1e-5)
            .ropeTheta(500000)
            .ropeScaling(new RopeScaling.Llama3(8, 1, 4, 8192))
            .build();

    @TempDir
    Path parent;

    private Path golden(String name, int parts) throws IOException {
        Path folder = Files.createDirectory(parent.resolve(name));
        Resources.copyGolden("meta/" + name + "/params.json", folder);
        for (int part = 0; part < parts; part++) {
            Resources.copyGolden("meta/%s/consolidated.%02d.pth".formatted(name, part), folder);
        }
        SmallTokenizer.write(folder.resolve("tokenizer.model"), VOCAB);
        return folder;
    }

    /** Element i of parameter k, as golden_meta.py says. */
    private static void assertGolden(WeightSource source) throws IOException {
        int k = 0;
        for (Map.Entry<String, long[]> parameter :
                LlamaWeights.shapes(source.config()).entrySet()) {
            GgmlType type = source.type(parameter.getKey());
            byte[] stored = MetaBytes.readAll(source, parameter.getKey(), parameter.getValue());
            float[] elements = new float[stored.length / type.elementFormat().bytes()];
            type.toFloats(ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN), elements, elements.length);
            for (int i = 0; i < elements.length; i++) {
                assertThat(elements[i])
                        .as("%s[%d]", parameter.getKey(), i)
                        .isEqualTo(((31 * i + 17 * k) % 251 - 125) / 64f);
            }
            k++;
        }
    }

    @Test
    void readsOnePartAsPyTorchWroteIt() throws IOException {
        try (WeightSource source = ModelReader.open(golden("llama1", 1))) {
            assertThat(source.config()).isEqualTo(FIRST);
            assertThat(source.type(LlamaWeights.wq(0))).isEqualTo(GgmlType.BF16);
            assertGolden(source);
        }
    }

    @Test
    void mergesTwoPartsWithTheEmbeddingCutByColumns() throws IOException {
        try (WeightSource source = ModelReader.open(golden("llama2", 2))) {
            assertThat(source.config()).isEqualTo(FIRST.withNormEps(1e-5).withContextLength(4096));
            assertThat(source.type(LlamaWeights.wq(0))).isEqualTo(GgmlType.F16);
            assertGolden(source);
        }
    }

    @Test
    void mergesFourPartsWithTheEmbeddingCutByRows() throws IOException {
        try (WeightSource source = ModelReader.open(golden("llama3", 4))) {
            assertThat(source.config()).isEqualTo(THIRD);
            assertThat(source.type(LlamaWeights.wq(0))).isEqualTo(GgmlType.F32);
            assertGolden(source);
        }
    }

    @Test
    void anOutputHeadThatIsTheEmbeddingIsTied() throws IOException {
        try (WeightSource source = ModelReader.open(golden("tied", 1))) {
            assertThat(source.config().tiedEmbeddings()).isTrue();
            assertThat(source.config().ropeScaling()).isEqualTo(new RopeScaling.Llama3(32, 1, 4, 8192));
            assertGolden(source);
        }
    }

    @Test
    void aModelOfOnePartIsMapped() throws IOException {
        try (Kernels kernels = CpuKernels.create(1)) {
            CountedMemory memory = new CountedMemory(kernels);
            LlamaModel model = ModelReader.read(golden("llama1", 1), memory.kernels());
            long norms = 3L * FIRST.dim();
            assertThat(memory.mapped()).isEqualTo(2 * (FIRST.parameterCount() - norms));
            assertThat(memory.allocated()).isEqualTo(4 * norms);
            float[] wo = new float[64];
            kernels.read(model.weights().get(LlamaWeights.wo(0)).buffer(), 0, wo, 0, 64);
            assertThat(wo[4]).isEqualTo(((31 * 4 + 17 * 5) % 251 - 125) / 64f);
        }
    }

    @Test
    void partsAreMergedIntoTheTypeThatIsAskedFor() throws IOException {
        try (Kernels kernels = CpuKernels.create(1)) {
            CountedMemory memory = new CountedMemory(kernels);
            ModelReader.read(golden("llama3", 4), memory.kernels(), Optional.of(WeightType.BF16));
            long norms = 3L * THIRD.dim();
            assertThat(memory.mapped()).isZero();
            assertThat(memory.allocated()).isEqualTo(2 * (THIRD.parameterCount() - norms) + 4 * norms);
        }
    }

    @Test
    void theModelHasTheseWeights() throws IOException {
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaModel model = ModelReader.read(golden("llama2", 2), kernels);
            float[] wo = new float[64];
            kernels.read(model.weights().get(LlamaWeights.wo(0)).buffer(), 0, wo, 0, 64);
            // Parameter 5; part 1 begins at column 4.
            assertThat(wo[4]).isEqualTo(((31 * 4 + 17 * 5) % 251 - 125) / 64f);
            assertThat(model.tokenizer().vocabSize()).isEqualTo(VOCAB);
        }
    }

    @Test
    void theTokenizerMayLieInTheFolderAbove() throws IOException {
        Path folder = golden("llama1", 1);
        Files.move(folder.resolve("tokenizer.model"), parent.resolve("tokenizer.model"));
        ModelReader.open(folder).close();
        Files.delete(parent.resolve("tokenizer.model"));
        assertRefused(folder, "tokenizer.model", "folder above");
    }

    /** Some of the widths that Meta's code gives its own models. */
    @ParameterizedTest
    @CsvSource({
        "4096, 256, , 11008",
        "5120, 256, , 13824",
        "6656, 256, , 17920",
        "8192, 256, , 22016",
        "8192, 4096, 1.3, 28672",
        "4096, 1024, 1.3, 14336",
        "16384, 4096, 1.2, 53248",
        "2048, 256, 1.5, 8192",
        "3072, 256, 1.0, 8192"
    })
    void computesTheFeedForwardWidthOfKnownModels(int dim, int multipleOf, Double multiplier, int expected)
            throws IOException {
        Path file = parent.resolve("params.json");
        Files.writeString(file, """
                {"dim": %d, "multiple_of": %d, "ffn_dim_multiplier": %s, "n_heads": 8, "n_layers": 2}""".formatted(dim, multipleOf, multiplier));
        assertThat(MetaConfig.read(file).toLlamaConfig(100, false).hiddenDim()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'rope_theta': 1000000}                        | 16384",
                "{'rope_theta': 500000}                         | 8192",
                "{'norm_eps': 1e-6}                             | 2048",
                "{'norm_eps': 1e-5, 'max_seq_len': 777}         | 777",
                "{'rope_theta': 5e5, 'use_scaled_rope': true}   | 131072"
            })
    void takesTheContextThatModelsOfTheKindAreTrainedFor(String more, int expected) throws IOException {
        ObjectNode params = (ObjectNode)
                new JsonMapper().readTree("{\"dim\": 64, \"multiple_of\": 8, \"n_heads\": 8, \"n_layers\": 2}");
        params.setAll((ObjectNode) new JsonMapper().readTree(more.replace('\'', '"')));
        Path file = Files.writeString(parent.resolve("params.json"), params.toString());
        assertThat(MetaConfig.read(file).toLlamaConfig(100, false).contextLength())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dim                | {}    | dim",
                "dim                | null  | dim",
                "dim                | 9     | 9",
                "n_heads            | 0     | n_heads",
                "n_heads            | 3     | heads 3",
                "n_layers           | 1e9   | n_layers",
                "n_layers           | 2000000000 | 2000000000",
                "n_layers           | 2     | 2",
                "n_kv_heads         | 2     | layers.0.attention.wk.weight",
                "multiple_of        | 7     | feed_forward.w1",
                "multiple_of        | null  | multiple_of",
                "ffn_dim_multiplier | 1e300 | ffn_dim_multiplier",
                "ffn_dim_multiplier | -1    | ffn_dim_multiplier",
                "ffn_dim_multiplier | 1e999 | ffn_dim_multiplier",
                "norm_eps           | 0     | norm_eps",
                "vocab_size         | 21    | vocab_size",
                "vocab_size         | 0     | vocab_size",
                "use_scaled_rope    | 1     | use_scaled_rope",
                "rope_theta         | []    | rope_theta",
                "rope_theta         | NaN   | JSON"
            })
    void refusesParametersThatDoNotFit(String key, String value, String word) throws IOException {
        Path folder = golden("llama1", 1);
        Path file = folder.resolve("params.json");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("\"" + key + "\": [^,}]+", "\"ignored\": 0")
                        .replaceFirst("\\{", "{\"" + key + "\": " + value.replace('\'', '"') + ", "));
        assertRefused(folder, word);
    }

    @Test
    void refusesPartsThatAreMissing() throws IOException {
        Path folder = golden("llama3", 4);
        Files.delete(folder.resolve("consolidated.02.pth"));
        assertRefused(folder, "consolidated.03.pth", "consolidated.02.pth");
        Files.delete(folder.resolve("consolidated.03.pth"));
        assertRefused(folder, "params.json", "all parts");
        Files.delete(folder.resolve("consolidated.01.pth"));
        assertRefused(folder, "params.json", "all parts");
        Files.delete(folder.resolve("consolidated.00.pth"));
        assertRefused(folder, "consolidated.00.pth");
    }

    @Test
    void refusesPartsOfAnotherModel() throws IOException {
        Path folder = golden("llama3", 4);
        Path other = golden("llama2", 2);
        Files.delete(folder.resolve("consolidated.03.pth"));
        Files.copy(other.resolve("consolidated.01.pth"), folder.resolve("consolidated.03.pth"));
        assertRefused(folder, "consolidated.03.pth", "tok_embeddings.weight", "[5, 16]");
    }

    private static Map<String, TorchBytes.Stored> tensors(LlamaConfig config) {
        Map<String, TorchBytes.Stored> tensors = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> {
            int size = 1;
            for (long dimension : shape) {
                size *= (int) dimension;
            }
            tensors.put(name, new TorchBytes.Stored(ElementFormat.F16, shape, new byte[2 * size]));
        });
        return tensors;
    }

    @Test
    void refusesTensorsThatAreMissingOrOfNoUse() throws IOException {
        Path folder = golden("llama1", 1);
        Path file = folder.resolve("consolidated.00.pth");
        Map<String, TorchBytes.Stored> tensors = tensors(FIRST);
        Files.write(file, TorchBytes.of(tensors).toBytes());
        ModelReader.open(folder).close();

        tensors.remove("layers.0.attention.wv.weight");
        Files.write(file, TorchBytes.of(tensors).toBytes());
        assertRefused(folder, "consolidated.00.pth", "layers.0.attention.wv.weight");

        tensors = tensors(FIRST);
        tensors.put(
                "layers.0.attention.wq.bias", new TorchBytes.Stored(ElementFormat.F16, new long[] {8}, new byte[16]));
        Files.write(file, TorchBytes.of(tensors).toBytes());
        assertRefused(folder, "consolidated.00.pth", "layers.0.attention.wq.bias");

        tensors = tensors(FIRST);
        tensors.remove("tok_embeddings.weight");
        Files.write(file, TorchBytes.of(tensors).toBytes());
        assertRefused(folder, "consolidated.00.pth", "tok_embeddings.weight");
    }

    @Test
    void refusesPartsOfDifferentTypes() throws IOException {
        Path folder = golden("llama2", 2);
        Map<String, TorchBytes.Stored> tensors = new LinkedHashMap<>();
        LlamaWeights.shapes(FIRST).forEach((name, shape) -> {
            long[] half = shape.clone();
            boolean byColumns = name.matches("tok_emb.*|.*\\.(wo|w2)\\.weight");
            if (shape.length == 2) {
                half[byColumns ? 1 : 0] /= 2;
            }
            int size = 2;
            for (long dimension : half) {
                size *= (int) dimension;
            }
            tensors.put(name, new TorchBytes.Stored(ElementFormat.BF16, half, new byte[size]));
        });
        Files.write(
                folder.resolve("consolidated.01.pth"), TorchBytes.of(tensors).toBytes());
        assertRefused(folder, "consolidated.01.pth", "tok_embeddings.weight", "BF16", "F16");
    }

    @Test
    void refusesATokenizerThatIsTooLarge() throws IOException {
        Path folder = golden("llama1", 1);
        SmallTokenizer.write(folder.resolve("tokenizer.model"), VOCAB + 1);
        assertRefused(folder, "tokenizer.model", "21", "20");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "before_1_6.pth:1.6",
                "protocol4.pth:protocol 4",
                "transposed.pth:strides [1, 3]",
                "double.pth:torch.DoubleStorage",
                "module.pth:torch.nn.modules.linear.Linear"
            })
    void refusesOtherFilesOfPyTorch(String fileAndWord) throws IOException {
        String[] parts = fileAndWord.split(":");
        Path file = Resources.copyGolden("meta/refused/" + parts[0], parent);
        assertThatThrownBy(() -> TorchFile.open(file))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(parts[1]);
    }

    private static void assertRefused(Path folder, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.add(folder.toString());
        assertThatThrownBy(() -> ModelReader.open(folder))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.getExitStatus()).isEqualTo(1))
                .hasMessageContainingAll(all.toArray(String[]::new));
    }
}
