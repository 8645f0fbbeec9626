package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.GradientPass;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LogitsPass;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.ActivationPolicy;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Float16;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** Models in memory: what is mapped, what is converted, and that it makes no difference to what they compute. */
class WeightLoadingTest {

    private static final Kernels KERNELS = CpuKernels.create(2);

    private static final Tokenizer TOKENIZER = BpeTrainer.builder()
            .vocabSize(290)
            .build()
            .train(List.of("the cat sat on the mat, the cat ate the rat, größer"));

    /** Rows of w2 are no multiple of 32. */
    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(64)
            .layers(2)
            .heads(4)
            .kvHeads(2)
            .hiddenDim(80)
            .vocabSize(296)
            .contextLength(128)
            .normEps(1e-6)
            .ropeTheta(500000)
            .build();

    private static final String WQ = LlamaWeights.wq(0);
    private static final String W2 = LlamaWeights.w2(1);

    @TempDir
    Path folder;

    private Path hf;

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    @BeforeEach
    void writeModel() {
        hf = folder.resolve("hf");
        LlamaWeights weights = LlamaWeights.initialise(CONFIG, 5, KERNELS);
        HuggingFaceFolder.write(hf, new LlamaModel(CONFIG, weights, TOKENIZER, KERNELS));
    }

    private Path converted(String name, WeightType type) throws IOException {
        Path to = folder.resolve(name);
        ModelFormat format = name.endsWith(".gguf") ? ModelFormat.GGUF : ModelFormat.HF;
        try (Conversion conversion = Conversion.open(hf, to, format, Optional.of(type))) {
            conversion.run(bytes -> {});
        }
        return to;
    }

    private static ElementType type(LlamaModel model, String name) {
        return model.weights().get(name).buffer().elementType();
    }

    private static float[] values(LlamaModel model, String name) {
        Tensor tensor = model.weights().get(name);
        float[] values = new float[(int) tensor.size()];
        KERNELS.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }

    /** After a text that is short, and after one of more rows than are multiplied one by one. */
    private static void assertSameLogits(LlamaModel actual, LlamaModel expected) {
        LogitsPass actualPass = new LogitsPass(actual.weights(), KERNELS);
        LogitsPass expectedPass = new LogitsPass(expected.weights(), KERNELS);
        int[] tokens = new int[100];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = 37 * i % CONFIG.vocabSize();
        }
        for (int length : new int[] {1, 7, 100}) {
            float[] wanted = expectedPass.run(tokens, length).clone();
            float[] logits = actualPass.run(tokens, length);
            double error = 0;
            double norm = 0;
            for (int i = 0; i < logits.length; i++) {
                error += Math.pow(logits[i] - wanted[i], 2);
                norm += Math.pow(wanted[i], 2);
            }
            assertThat(Math.sqrt(error)).isLessThan(1e-5 * Math.sqrt(norm));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "f32, F32, FLOAT32",
        "f16, F16, FLOAT16",
        "bf16, BF16, BFLOAT16",
        "f16.gguf, F16, FLOAT16",
        "bf16.gguf, BF16, BFLOAT16",
        "q8_0.gguf, Q8_0, Q8_0"
    })
    void aModelComputesWithItsWeightsAsTheyAreStored(String name, WeightType type, ElementType expected)
            throws IOException {
        Path path = converted(name, type);
        LlamaModel model = ModelReader.read(path, KERNELS);
        assertThat(type(model, WQ)).isEqualTo(expected);
        assertThat(type(model, LlamaWeights.EMBEDDING)).isEqualTo(expected);
        assertThat(type(model, LlamaWeights.NORM)).isEqualTo(ElementType.FLOAT32);
        assertThat(model.weights().rotaryPairs())
                .isEqualTo(name.endsWith(".gguf") ? RotaryPairs.ADJACENT : RotaryPairs.HALVES);
        assertSameLogits(model, inFloat32(model));
    }

    /** The same numbers in float32. */
    private static LlamaModel inFloat32(LlamaModel model) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.weights().tensors().forEach((name, tensor) -> {
            Tensor copy = new Tensor(KERNELS.allocate(ElementType.FLOAT32, tensor.size()), tensor.shape());
            float[] values = values(model, name);
            KERNELS.write(values, 0, copy.buffer(), 0, values.length);
            tensors.put(name, copy);
        });
        LlamaWeights weights = LlamaWeights.of(model.config(), model.weights().rotaryPairs(), tensors);
        return new LlamaModel(model.config(), weights, model.tokenizer(), KERNELS);
    }

    @Test
    void rowsInTheOrderOfTheFileComputeWhatRowsInMetasOrderDo() throws IOException {
        LlamaModel copied = HuggingFaceFolder.read(hf, KERNELS);
        assertThat(copied.weights().rotaryPairs()).isEqualTo(RotaryPairs.ADJACENT);
        assertSameLogits(ModelReader.read(hf, KERNELS), copied);
    }

    @ParameterizedTest
    @CsvSource({"F16, f16", "BF16, bf16", "F32, f32"})
    void conversionInMemoryRoundsAsConversionOnDiskDoes(WeightType type, String name) throws IOException {
        LlamaModel onDisk = HuggingFaceFolder.read(converted(name, type), KERNELS);
        LlamaModel inMemory = ModelReader.read(hf, KERNELS, Optional.of(type));
        assertThat(values(inMemory, W2)).containsExactly(values(onDisk, W2));
        assertSameLogits(inMemory, onDisk);
    }

    @Test
    void q8InMemoryIsThatOfAGgufFile() throws IOException {
        LlamaModel onDisk = ModelReader.read(converted("q8_0.gguf", WeightType.Q8_0), KERNELS);
        LlamaModel inMemory = ModelReader.read(hf, KERNELS, Optional.of(WeightType.Q8_0));
        assertThat(inMemory.weights().names()).allSatisfy(name -> {
            assertThat(type(inMemory, name)).isEqualTo(type(onDisk, name));
            assertThat(values(inMemory, name)).as(name).containsExactly(values(onDisk, name));
        });
        assertThat(type(inMemory, WQ)).isEqualTo(ElementType.Q8_0);
        assertThat(type(inMemory, W2)).isEqualTo(ElementType.FLOAT16);
    }

    @Test
    void q8OfWideRowsIsHeldInGroups() throws IOException {
        LlamaConfig config = CONFIG.toBuilder().dim(256).hiddenDim(288).build();
        LlamaWeights weights = LlamaWeights.initialise(config, 5, KERNELS);
        Path wide = folder.resolve("wide");
        HuggingFaceFolder.write(wide, new LlamaModel(config, weights, TOKENIZER, KERNELS));
        Path gguf = folder.resolve("wide.gguf");
        try (Conversion conversion = Conversion.open(wide, gguf, ModelFormat.GGUF, Optional.of(WeightType.Q8_0))) {
            conversion.run(bytes -> {});
        }

        LlamaModel onDisk = ModelReader.read(gguf, KERNELS);
        LlamaModel inMemory = ModelReader.read(wide, KERNELS, Optional.of(WeightType.Q8_0));

        assertThat(inMemory.weights().names())
                .allSatisfy(name -> assertThat(values(inMemory, name)).as(name).containsExactly(values(onDisk, name)));
        assertThat(type(onDisk, WQ)).isEqualTo(ElementType.Q8_0);
        assertThat(type(inMemory, WQ)).isEqualTo(ElementType.Q8_0_GROUPED);
        assertThat(type(inMemory, W2)).isEqualTo(ElementType.Q8_0);
        assertSameLogits(inMemory, onDisk);
    }

    @Test
    void whatIsNotComputedWithBecomesWhatIs() throws IOException {
        Path file = hf.resolve("model.safetensors");
        Map<String, long[]> shapes = new LinkedHashMap<>();
        Map<String, ElementFormat> formats = new LinkedHashMap<>();
        Map<String, float[]> values = new LinkedHashMap<>();
        try (SafeTensors tensors = SafeTensors.open(file)) {
            for (String name : tensors.names()) {
                shapes.put(name, tensors.shape(name));
                values.put(name, tensors.floats(name));
                // The queries of one layer, so that those of the other have to follow.
                formats.put(name, name.equals(HuggingFaceName.of(WQ)) ? ElementFormat.F64 : ElementFormat.F32);
            }
        }
        LlamaModel before = HuggingFaceFolder.read(hf, KERNELS);
        try (SafeTensorsWriter writer = new SafeTensorsWriter(file, shapes, formats, Map.of())) {
            for (String name : shapes.keySet()) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(values.get(name).length * 8).order(ByteOrder.LITTLE_ENDIAN);
                for (float value : values.get(name)) {
                    if (formats.get(name) == ElementFormat.F64) {
                        bytes.putDouble(value);
                    } else {
                        bytes.putFloat(value);
                    }
                }
                writer.append(name, bytes.array(), bytes.position());
            }
            writer.commit();
        }
        LlamaModel model = ModelReader.read(hf, KERNELS);
        assertThat(model.weights().rotaryPairs()).isEqualTo(RotaryPairs.ADJACENT);
        assertThat(model.weights().names())
                .allSatisfy(name -> assertThat(values(model, name)).containsExactly(values(before, name)));
        assertSameLogits(model, before);
    }

    @Test
    void blocksOfFourBitsBecomeFloat16() throws IOException {
        String wo = LlamaWeights.wo(0);
        Path gguf = folder.resolve("mixed.gguf");
        try (WeightSource source = HuggingFaceSource.open(hf)) {
            Map<String, GgmlType> types = new LinkedHashMap<>();
            LlamaWeights.shapes(CONFIG).keySet().forEach(name -> types.put(name, GgmlType.F32));
            types.put(wo, GgmlType.Q4_0);
            try (GgufSink sink = new GgufSink(gguf, "mixed", source, types)) {
                for (Map.Entry<String, long[]> parameter :
                        LlamaWeights.shapes(CONFIG).entrySet()) {
                    String name = parameter.getKey();
                    int size = 1;
                    for (long dimension : parameter.getValue()) {
                        size *= (int) dimension;
                    }
                    // A head of queries and keys at a time.
                    int most = HuggingFaceName.isRotary(name) ? CONFIG.headDim() * CONFIG.dim() : size;
                    for (int offset = 0; offset < size; offset += most) {
                        byte[] stored = new byte[4 * most];
                        if (name.equals(wo)) {
                            fillBlocks(stored);
                        } else {
                            source.read(name, offset, most, stored);
                        }
                        sink.append(name, stored, (int) types.get(name).bytes(most));
                    }
                }
                sink.commit();
            }
        }
        CountedMemory memory = new CountedMemory(KERNELS);
        LlamaModel model = ModelReader.read(gguf, memory.kernels());
        int norms = (2 * CONFIG.layers() + 1) * CONFIG.dim();
        assertThat(memory.allocated()).isEqualTo(2L * CONFIG.dim() * CONFIG.queryDim() + 4L * norms);
        assertThat(type(model, wo)).isEqualTo(ElementType.FLOAT16);
        assertThat(type(model, WQ)).isEqualTo(ElementType.FLOAT32);
        float[] exact = values(ModelReader.read(gguf, KERNELS, Optional.of(WeightType.F32)), wo);
        float[] halves = values(model, wo);
        for (int i = 0; i < exact.length; i++) {
            assertThat(halves[i]).isEqualTo(Float16.toFloat(Float16.of(exact[i])));
        }
        assertThat(exact).contains(8 * Float16.toFloat((short) 0x2345) * -1);
    }

    /** Blocks of Q4_0, whose scale is 0x2345. */
    private static void fillBlocks(byte[] stored) {
        for (int i = 0; i < stored.length; i++) {
            int inBlock = i % 18;
            stored[i] = (byte) (inBlock == 0 ? 0x45 : inBlock == 1 ? 0x23 : 41 * i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void dataMayBeginAtAnyByte(int shift) throws IOException {
        LlamaModel before = HuggingFaceFolder.read(hf, KERNELS);
        Path file = hf.resolve("model.safetensors");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong(0);
        ByteBuffer shifted = ByteBuffer.allocate(bytes.capacity() + shift).order(ByteOrder.LITTLE_ENDIAN);
        shifted.putLong(header + shift);
        shifted.put(bytes.array(), 8, header);
        shifted.put(" ".repeat(shift).getBytes(StandardCharsets.UTF_8));
        shifted.put(bytes.array(), 8 + header, bytes.capacity() - 8 - header);
        Files.write(file, shifted.array());
        assertSameLogits(ModelReader.read(hf, KERNELS), before);
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            names = {"F32", "F16", "BF16"})
    void matricesThatAreMappedTakeNoOtherMemory(WeightType type) throws IOException {
        Path path = converted("typed", type);
        CountedMemory memory = new CountedMemory(KERNELS);
        ModelReader.read(path, memory.kernels());
        int norms = (2 * CONFIG.layers() + 1) * CONFIG.dim();
        long matrices = CONFIG.parameterCount() - norms;
        assertThat(memory.allocated()).isEqualTo(4L * norms);
        assertThat(memory.mapped()).isEqualTo(type.ggmlType().bytes(matrices));
    }

    @Test
    void matricesThatAreConvertedAreNotMappedToo() throws IOException {
        CountedMemory memory = new CountedMemory(KERNELS);
        ModelReader.read(hf, memory.kernels(), Optional.of(WeightType.BF16));
        int norms = (2 * CONFIG.layers() + 1) * CONFIG.dim();
        long matrices = CONFIG.parameterCount() - norms;
        assertThat(memory.mapped()).isZero();
        assertThat(memory.allocated()).isEqualTo(2 * matrices + 4L * norms);
    }

    @ParameterizedTest
    @CsvSource({"F16, FLOAT16", "BF16, BFLOAT16"})
    void aModelIsWrittenInTheTypesThatItHas(WeightType type, ElementType elementType) throws IOException {
        Path typed = converted("typed", type);
        Path again = folder.resolve("again");
        LlamaModel model = ModelReader.read(typed, KERNELS);
        HuggingFaceFolder.write(again, model);
        LlamaModel read = ModelReader.read(again, KERNELS);
        assertThat(type(read, WQ)).isEqualTo(elementType);
        assertThat(read.weights().names())
                .allSatisfy(name -> assertThat(values(read, name)).containsExactly(values(model, name)));
    }

    @Test
    void blocksAreWrittenAsFloat32() throws IOException {
        LlamaModel model = ModelReader.read(converted("q8_0.gguf", WeightType.Q8_0), KERNELS);
        Path again = folder.resolve("again");
        HuggingFaceFolder.write(again, model);
        LlamaModel read = HuggingFaceFolder.read(again, KERNELS);
        assertThat(read.weights().names())
                .allSatisfy(name -> assertThat(values(read, name)).containsExactly(values(model, name)));
    }

    @Test
    void float16ThatIsNotFiniteIsRefused() throws IOException {
        Path typed = converted("f16", WeightType.F16);
        Path file = typed.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        // The embedding comes first.
        bytes[8 + header + 2001] = 0x7c;
        bytes[8 + header + 2000] = 0;
        String withoutChecksum = new String(bytes, 8, header, StandardCharsets.UTF_8).replace("crc32c", "former");
        System.arraycopy(withoutChecksum.getBytes(StandardCharsets.UTF_8), 0, bytes, 8, header);
        Files.write(file, bytes);
        assertThatThrownBy(() -> ModelReader.read(typed, KERNELS))
                .isInstanceOf(UserError.class)
                .hasMessage("%s: parameter %s holds numbers that are not finite", typed, LlamaWeights.EMBEDDING);
    }

    /** A mapped file is computed with as it is: to compare it with its checksum takes as long as to read it. */
    @Test
    void anAlteredFileIsNoticedWhereItIsReadAnyway() throws IOException {
        Path file = hf.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThat(ModelReader.read(hf, KERNELS).weights().names()).isNotEmpty();
        assertThatThrownBy(() -> ModelReader.verify(hf))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(file.toString(), "was altered after it was written");
        assertThatThrownBy(() -> ModelReader.read(hf, KERNELS, Optional.of(WeightType.BF16)))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(file.toString(), "was altered after it was written");
    }

    @Test
    void aNumberThatATypeCannotHoldIsTold() {
        LlamaWeights weights = LlamaWeights.initialise(CONFIG, 5, KERNELS);
        KERNELS.write(new float[] {70000}, 0, weights.get(W2).buffer(), 100, 1);
        HuggingFaceFolder.write(hf, new LlamaModel(CONFIG, weights, TOKENIZER, KERNELS));
        assertThatThrownBy(() -> ModelReader.read(hf, KERNELS, Optional.of(WeightType.F16)))
                .isInstanceOf(UserError.class)
                .hasMessage("%s: parameter %s holds 70000.0, and F16 at most 65504.0; f32 holds it", hf, W2);
    }

    @Test
    void trainingAsksForFloat32() throws IOException {
        LlamaWeights weights =
                ModelReader.read(converted("bf16", WeightType.BF16), KERNELS).weights();
        LlamaWeights gradients = LlamaWeights.zeros(CONFIG, KERNELS);
        assertThatThrownBy(() -> new GradientPass(weights, gradients, 1, 8, ActivationPolicy.SAVE_ALL, KERNELS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("%s is BFLOAT16; gradients are computed of float32 weights alone", LlamaWeights.EMBEDDING);
    }
}
