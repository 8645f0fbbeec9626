package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.Tokenizer;

class ConversionTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    private static final Tokenizer TOKENIZER = BpeTrainer.builder()
            .vocabSize(290)
            .build()
            .train(List.of("the cat sat on the mat, the cat ate the rat, größer"));

    /** More rows of the embedding than tokens; rows of w2 are no multiple of 32. */
    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(64)
            .layers(2)
            .heads(4)
            .kvHeads(2)
            .hiddenDim(80)
            .vocabSize(296)
            .contextLength(32)
            .normEps(1e-6)
            .ropeTheta(500000)
            .build();

    @TempDir
    Path folder;

    private LlamaModel model;
    private Path hf;

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    @BeforeEach
    void writeModel() {
        model = new LlamaModel(CONFIG, LlamaWeights.initialise(CONFIG, 5, KERNELS), TOKENIZER, KERNELS);
        // Norms that only float32 can hold.
        KERNELS.fill(model.weights().get(LlamaWeights.NORM), 1.0001f);
        hf = folder.resolve("hf");
        HuggingFaceFolder.write(hf, model);
    }

    private static void convert(Path from, Path to, ModelFormat format, WeightType type) throws IOException {
        AtomicLong done = new AtomicLong();
        try (Conversion conversion = Conversion.open(from, to, format, Optional.ofNullable(type))) {
            conversion.run(done::addAndGet);
            assertThat(done).hasValue(conversion.bytes());
        }
    }

    private static void assertSameFile(Path actual, Path expected) throws IOException {
        assertThat(Files.mismatch(actual, expected)).isEqualTo(-1);
    }

    private static float[] values(LlamaModel model, String name) {
        Tensor tensor = model.weights().get(name);
        float[] values = new float[(int) tensor.size()];
        KERNELS.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }

    @ParameterizedTest
    @CsvSource({"F32, false", "F16, false", "BF16, false", "F32, true", "F16, true", "BF16, true"})
    void aFolderComesBackToTheBit(WeightType type, boolean tied) throws IOException {
        LlamaConfig config = CONFIG.withTiedEmbeddings(tied);
        LlamaWeights weights = LlamaWeights.initialise(config, 6, KERNELS);
        HuggingFaceFolder.write(hf, new LlamaModel(config, weights, TOKENIZER, KERNELS));
        Path typed = folder.resolve("typed");
        Path gguf = folder.resolve("model.gguf");
        Path back = folder.resolve("back");
        convert(hf, typed, ModelFormat.HF, type);
        convert(typed, gguf, ModelFormat.GGUF, null);
        convert(gguf, back, ModelFormat.HF, null);
        try (Stream<Path> files = Files.list(typed)) {
            for (Path file : files.toList()) {
                assertSameFile(back.resolve(file.getFileName()), file);
            }
        }
        try (SafeTensors tensors = SafeTensors.open(back.resolve("model.safetensors"))) {
            assertThat(tensors.names())
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(tensors.type(name)).isEqualTo(type.name()));
        }
        String torch = new JsonMapper()
                .readTree(back.resolve("config.json").toFile())
                .get("torch_dtype")
                .asText();
        assertThat(torch)
                .isEqualTo(type == WeightType.F32 ? "float32" : type == WeightType.F16 ? "float16" : "bfloat16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "linear:3.3", "llama3:8:1:4:8192", "llama3:32:1:4:8192", "llama3:5.5:1.5:2.5:777"})
    void scalingSizeOfHeadsAndEndsOfTextsComeBackToo(String scaling) throws IOException {
        LlamaConfig config = CONFIG.withHeadDim(24).withRopeScaling(RopeScaling.parse(scaling));
        LlamaWeights weights = LlamaWeights.initialise(config, 7, KERNELS);
        TreeSet<Integer> endIds = new TreeSet<>(Set.of(TOKENIZER.eosId(), 5, 9, 11, 290));
        HuggingFaceFolder.write(hf, new LlamaModel(config, weights, TOKENIZER, KERNELS, endIds));
        Path gguf = folder.resolve("model.gguf");
        Path back = folder.resolve("back");
        convert(hf, gguf, ModelFormat.GGUF, null);
        assertThat(ModelReader.read(gguf, KERNELS).config()).isEqualTo(config);
        assertThat(ModelReader.read(gguf, KERNELS).endIds()).isEqualTo(endIds);
        convert(gguf, back, ModelFormat.HF, null);
        assertThat(ModelReader.read(back, KERNELS).endIds()).isEqualTo(endIds);
        try (Stream<Path> files = Files.list(hf)) {
            for (Path file : files.toList()) {
                assertSameFile(back.resolve(file.getFileName()), file);
            }
        }
    }

    /** llama.cpp divides frequency i by element i. */
    @Test
    void ggufHasTheDivisorsOfLlama3_1AsATensor() throws IOException {
        LlamaConfig config = CONFIG.withRopeScaling(new RopeScaling.Llama3(8, 1, 4, 8192));
        LlamaWeights weights = LlamaWeights.initialise(config, 7, KERNELS);
        HuggingFaceFolder.write(hf, new LlamaModel(config, weights, TOKENIZER, KERNELS));
        Path gguf = folder.resolve("model.gguf");
        convert(hf, gguf, ModelFormat.GGUF, WeightType.Q8_0);
        try (GgufFile file = GgufFile.open(gguf)) {
            GgufHeader.Entry entry = file.header().tensors().get("rope_freqs.weight");
            assertThat(entry.type()).isEqualTo(GgmlType.F32);
            assertThat(entry.shape()).containsExactly(8);
            byte[] stored = new byte[32];
            file.read(entry, 0, stored, 32);
            ByteBuffer divisors = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
            // Wavelengths 2π·500000^(i/8): 6, 32, 167, 863, 4443, 22911, 118139, 609176 positions.
            double smooth = (8192 / (2 * Math.PI * Math.pow(500000, 0.5)) - 1) / 3;
            double[] expected = {1, 1, 1, 1, 1 / ((1 - smooth) / 8 + smooth), 8, 8, 8};
            for (double divisor : expected) {
                assertThat((double) divisors.getFloat()).isCloseTo(divisor, within(1e-6));
            }
        }
    }

    /**
     * From Hugging Face's order of rows to Meta's and back. Widths are those of Meta's rule: 8/3 of 64, times 0.5, up to
     * a multiple of 16.
     */
    @ParameterizedTest
    @CsvSource({"F32, 1, false", "F16, 2, false", "BF16, 2, true"})
    void aFolderComesBackFromMetasOrderToTheBit(WeightType type, int parts, boolean embeddingByRows)
            throws IOException {
        LlamaConfig config = CONFIG.withHiddenDim(96).withContextLength(8192);
        HuggingFaceFolder.write(
                hf, new LlamaModel(config, LlamaWeights.initialise(config, 6, KERNELS), TOKENIZER, KERNELS));
        Path typed = folder.resolve("typed");
        convert(hf, typed, ModelFormat.HF, type);
        Path meta = folder.resolve("meta");
        try (WeightSource source = ModelReader.open(typed)) {
            MetaBytes.writeParts(meta, source, parts, embeddingByRows);
        }
        Files.writeString(meta.resolve("params.json"), """
                {"dim": 64, "n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "vocab_size": 296, "multiple_of": 16,
                 "ffn_dim_multiplier": 0.5, "norm_eps": 1e-06, "rope_theta": 500000.0}""");
        TOKENIZER.write(meta.resolve("tokenizer.model"));
        Path back = folder.resolve("back");
        convert(meta, back, ModelFormat.HF, null);
        try (Stream<Path> files = Files.list(typed)) {
            for (Path file : files.toList()) {
                assertSameFile(back.resolve(file.getFileName()), file);
            }
        }
        // Not because nothing moved: in between, rows of a head were in pairs.
        try (WeightSource source = ModelReader.open(meta);
                SafeTensors tensors = SafeTensors.open(typed.resolve("model.safetensors"))) {
            int rowBytes = 64 * (type == WeightType.F32 ? 4 : 2);
            byte[] head = new byte[16 * rowBytes];
            byte[] halves = new byte[16 * rowBytes];
            source.read(LlamaWeights.wk(1), 16 * 64, 16 * 64, head);
            tensors.readStored("model.layers.1.self_attn.k_proj.weight", 16 * 64, halves, 16 * 64);
            for (int row = 0; row < 16; row++) {
                int from = row / 2 + (row % 2 == 0 ? 0 : 8);
                assertThat(Arrays.mismatch(
                                head,
                                row * rowBytes,
                                (row + 1) * rowBytes,
                                halves,
                                from * rowBytes,
                                (from + 1) * rowBytes))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void normsAreFloat32InGgufWhateverTheMatricesAre() throws IOException {
        Path gguf = folder.resolve("model.gguf");
        convert(hf, gguf, ModelFormat.GGUF, WeightType.BF16);
        try (GgufSource source = GgufSource.open(gguf)) {
            assertThat(source.type(LlamaWeights.attentionNorm(0))).isEqualTo(GgmlType.F32);
            assertThat(source.type(LlamaWeights.wq(0))).isEqualTo(GgmlType.BF16);
        }
        assertThat(values(ModelReader.read(gguf, KERNELS), LlamaWeights.NORM)).containsOnly(1.0001f);
    }

    @Test
    void whatIsReadFromGgufIsTheModelThatWasWritten() throws IOException {
        Path gguf = folder.resolve("model.gguf");
        convert(hf, gguf, ModelFormat.GGUF, null);
        LlamaModel read = ModelReader.read(gguf, KERNELS);
        assertThat(read.config()).isEqualTo(CONFIG);
        for (String name : model.weights().names()) {
            assertThat(values(read, name)).as(name).isEqualTo(values(model, name));
        }
        assertThat(read.tokenizer().vocabSize()).isEqualTo(290);
        String text = " the größer  cat\n中 sat<s>";
        assertThat(read.tokenizer().encode(text)).isEqualTo(TOKENIZER.encode(text));
    }

    /** llama.cpp turns row 2i and 2i + 1 of a head together: rows 0, 1, 2 of K = 16 are Hugging Face's 0, 8, 1. */
    @Test
    void ggufHasQueryAndKeyRowsInPairs() throws IOException {
        Path gguf = folder.resolve("model.gguf");
        convert(hf, gguf, ModelFormat.GGUF, null);
        try (GgufSource source = GgufSource.open(gguf);
                SafeTensors tensors = SafeTensors.open(hf.resolve("model.safetensors"))) {
            byte[] stored = new byte[16 * 64 * 4];
            source.read(LlamaWeights.wk(1), 16 * 64, 16 * 64, stored);
            float[] halves = tensors.floats("model.layers.1.self_attn.k_proj.weight");
            ByteBuffer head = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
            for (int row = 0; row < 16; row++) {
                int from = 16 + row / 2 + (row % 2 == 0 ? 0 : 8);
                for (int column = 0; column < 64; column++) {
                    assertThat(head.getFloat()).isEqualTo(halves[from * 64 + column]);
                }
            }
        }
    }

    @Test
    void q8IsReadBackNearTheWeights() throws IOException {
        Path gguf = folder.resolve("model.gguf");
        convert(hf, gguf, ModelFormat.GGUF, WeightType.Q8_0);
        LlamaModel read = ModelReader.read(gguf, KERNELS);
        try (GgufSource source = GgufSource.open(gguf)) {
            assertThat(source.type(LlamaWeights.EMBEDDING)).isEqualTo(GgmlType.Q8_0);
            // Rows of 80 are no whole number of blocks.
            assertThat(source.type(LlamaWeights.w2(0))).isEqualTo(GgmlType.F16);
        }
        for (String name : model.weights().names()) {
            float[] expected = values(model, name);
            float[] actual = values(read, name);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(0.0006f));
            }
        }
        Path back = folder.resolve("back");
        convert(gguf, back, ModelFormat.HF, null);
        LlamaModel folderModel = HuggingFaceFolder.read(back, KERNELS);
        for (String name : model.weights().names()) {
            assertThat(values(folderModel, name)).as(name).isEqualTo(values(read, name));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "Q8_0"})
    void refusesWeightsThatTheTypeCannotHold(WeightType type) throws IOException {
        KERNELS.fill(model.weights().get(LlamaWeights.wo(1)), type == WeightType.F16 ? 70000 : 1e7f);
        HuggingFaceFolder.write(hf, model);
        Path gguf = folder.resolve("model.gguf");
        assertThatThrownBy(() -> convert(hf, gguf, ModelFormat.GGUF, type))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("layers.1.attention.wo.weight", type.name());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(hf);
        }
    }

    @Test
    void refusesWeightsThatWereAltered() throws IOException {
        Path file = hf.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> convert(hf, folder.resolve("model.gguf"), ModelFormat.GGUF, null))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(file.toString(), "was altered after it was written");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(hf);
        }
    }

    @Test
    void refusesPlacesThatCannotBeMeant() throws IOException {
        Path gguf = folder.resolve("model.gguf");
        assertThatThrownBy(() -> convert(hf, hf, ModelFormat.HF, WeightType.F16))
                .hasMessageContaining("replaced by its own conversion");
        assertThatThrownBy(() -> convert(hf, Files.createDirectory(folder.resolve("x")), ModelFormat.GGUF, null))
                .hasMessageContaining("is a folder");
        assertThatThrownBy(() -> convert(hf, gguf, ModelFormat.HF, WeightType.Q8_0))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.getExitStatus()).isEqualTo(2))
                .hasMessageContaining("f32, f16 or bf16");
        assertThatThrownBy(() -> convert(gguf, hf, ModelFormat.HF, null)).hasMessageContaining("there is no file");
        assertThat(ModelReader.read(hf, KERNELS).tokenizer()).isInstanceOf(SentencePieceTokenizer.class);
    }

    @Test
    void refusesAFolderWhoseConfigurationForgesTheNumberOfLayers() throws IOException {
        Path config = hf.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replaceAll("\"num_hidden_layers\" : 2", "\"num_hidden_layers\" : 2000000000"));
        assertThatThrownBy(() -> convert(hf, folder.resolve("model.gguf"), ModelFormat.GGUF, null))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(hf.toString(), "2000000000");
    }
}
