package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.DamagedFiles;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;

/** Damaged files of a small Hugging Face folder. */
class HuggingFaceFuzzTest {

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(8)
            .layers(1)
            .heads(2)
            .kvHeads(1)
            .hiddenDim(12)
            .vocabSize(20)
            .contextLength(16)
            .normEps(1e-5)
            .ropeTheta(10000)
            .ropeScaling(new RopeScaling.Llama3(8, 1, 4, 8))
            .build();

    @TempDir
    Path parent;

    private Path folder;

    @BeforeEach
    void writeModel() throws IOException {
        folder = parent.resolve("model");
        SmallTokenizer.write(parent.resolve("tokenizer.model"), 20);
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaWeights weights = LlamaWeights.initialise(CONFIG, 3, kernels);
            SentencePieceTokenizer tokenizer = SentencePieceTokenizer.read(parent.resolve("tokenizer.model"));
            HuggingFaceFolder.write(folder, new LlamaModel(CONFIG, weights, tokenizer, kernels));
            // Without a checksum of the data, behind which nothing could be found.
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            weights.names().forEach(name -> tensors.put(HuggingFaceName.of(name), weights.get(name)));
            SafeTensors.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"), kernels);
        }
    }

    @Test
    void anyConfigurationIsReadOrRefused() throws IOException {
        Path file = folder.resolve("config.json");
        String valid = Files.readString(file).replaceFirst("\\{", "{\"rope_parameters\": {\"rope_theta\": 10000},");
        ReaderFuzz.run(folder, 0.4, random -> DamagedFiles.overwrite(file, JsonMutator.mutate(valid, random)));
    }

    @Test
    void anyGenerationConfigurationIsReadOrRefused() throws IOException {
        Path file = folder.resolve("generation_config.json");
        String valid = Files.readString(file);
        ReaderFuzz.run(folder, 0.4, random -> DamagedFiles.overwrite(file, JsonMutator.mutate(valid, random)));
    }

    @Test
    void anySafetensorsFileIsReadOrRefused() throws IOException {
        Path file = folder.resolve("model.safetensors");
        byte[] valid = Files.readAllBytes(file);
        int headerBytes =
                8 + (int) ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(valid, 8, headerBytes - 8, StandardCharsets.UTF_8);
        byte[] data = Arrays.copyOfRange(valid, headerBytes, valid.length);
        ReaderFuzz.run(
                folder,
                0.4,
                random -> DamagedFiles.overwrite(
                        file,
                        random.nextInt(4) == 0
                                ? ByteMutator.mutate(valid, 0, headerBytes, random)
                                : withHeader(JsonMutator.mutate(header, random), data)));
    }

    /** Its length is right, so that the data begins where it should. */
    private static byte[] withHeader(byte[] header, byte[] data) {
        return ByteBuffer.allocate(8 + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data)
                .array();
    }

    @Test
    void anyIndexIsReadOrRefused() throws IOException {
        Path single = folder.resolve("model.safetensors");
        StringBuilder weightMap = new StringBuilder();
        try (SafeTensors file = SafeTensors.open(single)) {
            file.names()
                    .forEach(name -> weightMap
                            .append(weightMap.isEmpty() ? "" : ",\n")
                            .append("\"%s\": \"model-00001-of-00001.safetensors\"".formatted(name)));
        }
        Files.move(single, folder.resolve("model-00001-of-00001.safetensors"));
        String valid = "{\"metadata\": {\"total_size\": 1234}, \"weight_map\": {\n" + weightMap + "}}";
        Path index = folder.resolve("model.safetensors.index.json");
        ReaderFuzz.run(folder, 0.3, random -> DamagedFiles.overwrite(index, JsonMutator.mutate(valid, random)));
    }

    @Test
    void anyTokenizerIsReadOrRefused() throws IOException {
        Path file = folder.resolve("tokenizer.model");
        byte[] valid = Files.readAllBytes(file);
        ReaderFuzz.run(
                folder,
                0.1,
                random -> DamagedFiles.overwrite(file, ByteMutator.mutate(valid, 0, valid.length, random)));
    }
}
