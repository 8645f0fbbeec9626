package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.BpeTrainer;

class TrainableWeightsTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(64)
            .layers(1)
            .heads(4)
            .kvHeads(2)
            .hiddenDim(96)
            .vocabSize(280)
            .contextLength(32)
            .normEps(1e-6)
            .ropeTheta(10000)
            .build();

    private final LlamaWeights weights = LlamaWeights.initialise(CONFIG, 5, KERNELS);

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
        HuggingFaceFolder.write(
                hf,
                new LlamaModel(
                        CONFIG,
                        weights,
                        BpeTrainer.builder().vocabSize(270).build().train(List.of("the cat sat on the mat")),
                        KERNELS));
    }

    private static float[] values(LlamaWeights weights, String name) {
        Tensor tensor = weights.get(name);
        float[] values = new float[(int) tensor.size()];
        KERNELS.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }

    @Test
    void whatIsSoAlreadyStays() {
        assertThat(TrainableWeights.of(weights, KERNELS)).isSameAs(weights);
    }

    @ParameterizedTest
    @CsvSource({"f32, F32", "f16, F16", "bf16, BF16", "f32.gguf, F32", "bf16.gguf, BF16", "q8_0.gguf, Q8_0"})
    void weightsOfAnyFileAreCopied(String name, WeightType type) throws IOException {
        Path to = folder.resolve(name);
        ModelFormat format = name.endsWith(".gguf") ? ModelFormat.GGUF : ModelFormat.HF;
        try (Conversion conversion = Conversion.open(hf, to, format, Optional.of(type))) {
            conversion.run(bytes -> {});
        }
        LlamaWeights trainable =
                TrainableWeights.of(ModelReader.read(to, KERNELS).weights(), KERNELS);

        assertThat(trainable.rotaryPairs()).isEqualTo(RotaryPairs.ADJACENT);
        // Conversion reads a piece at a time, rows in Meta's order.
        try (WeightSource source = ModelReader.open(to)) {
            TypeConversion conversion = new TypeConversion(to);
            for (String parameter : trainable.names()) {
                Tensor tensor = trainable.get(parameter);
                assertThat(tensor.buffer().elementType()).isEqualTo(ElementType.FLOAT32);
                assertThat(tensor.buffer().isWritable()).isTrue();
                GgmlType stored = source.type(parameter);
                int most = (int) Math.min(tensor.size(), WeightPieces.length(parameter, tensor.shape(), CONFIG));
                byte[] bytes = new byte[(int) stored.bytes(most)];
                float[] actual = values(trainable, parameter);
                for (int offset = 0; offset < actual.length; offset += most) {
                    int length = Math.min(most, actual.length - offset);
                    source.read(parameter, offset, length, bytes);
                    float[] expected = conversion.toFloats(stored, bytes, length);
                    for (int i = 0; i < length; i++) {
                        assertThat(actual[offset + i])
                                .as("%s[%d]", parameter, offset + i)
                                .isEqualTo(expected[i]);
                    }
                }
            }
        }
    }
}
