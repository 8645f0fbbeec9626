package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.tokenizer.BpeTrainer;
import org.llamadl4j.model.tokenizer.Tokenizer;

/**
 * Writes a Hugging Face folder of any size with random weights, a piece at a time: to see that a large model opens, in how
 * much memory and how fast. docs/weights.md has the command.
 */
final class RandomModel {

    private static final double DEVIATION = 0.02;

    /** Numbers that are drawn from, so that a billion of them take seconds. */
    private static final int SAMPLES = 1 << 16;

    private static final int PIECE = 1 << 20;

    private RandomModel() {}

    /**
     * @param arguments the folder, the type of the matrices (f32, f16 or bf16), and a preset
     */
    public static void main(String[] arguments) throws IOException {
        write(
                Path.of(arguments[0]),
                WeightType.valueOf(arguments[1].toUpperCase(Locale.ROOT)),
                LlamaConfig.preset(arguments[2]));
    }

    static void write(Path folder, WeightType type, LlamaConfig config) throws IOException {
        Files.createDirectories(folder);
        Tokenizer tokenizer = BpeTrainer.builder()
                .vocabSize(280)
                .build()
                .train(List.of("the cat sat on the mat, the cat ate the rat, the rat sat"));
        Map<String, long[]> shapes = new LinkedHashMap<>();
        Map<String, ElementFormat> formats = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> {
            shapes.put(HuggingFaceName.of(name), shape);
            formats.put(HuggingFaceName.of(name), type.ggmlType().elementFormat());
        });
        HuggingFaceFolder.writeSmallFiles(
                folder,
                config,
                tokenizer,
                new TreeSet<>(Set.of(tokenizer.eosId())),
                type.ggmlType().elementFormat());
        float[] samples = samples();
        SplittableRandom random = new SplittableRandom(1);
        float[] elements = new float[PIECE];
        byte[] stored = new byte[(int) type.ggmlType().bytes(PIECE)];
        Path file = folder.resolve(TensorFiles.SINGLE);
        try (SafeTensorsWriter writer = new SafeTensorsWriter(file, shapes, formats, Map.of("format", "pt"))) {
            for (Map.Entry<String, long[]> parameter : shapes.entrySet()) {
                long size = Arrays.stream(parameter.getValue()).reduce(1, Math::multiplyExact);
                boolean norm = parameter.getValue().length == 1;
                for (long offset = 0; offset < size; offset += PIECE) {
                    int length = (int) Math.min(PIECE, size - offset);
                    for (int i = 0; i < length; i++) {
                        elements[i] = norm ? 1 : samples[random.nextInt() & SAMPLES - 1];
                    }
                    ByteBuffer target = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
                    FloatEncoder.encode(type.ggmlType(), elements, length, target);
                    writer.append(
                            parameter.getKey(), stored, (int) type.ggmlType().bytes(length));
                }
            }
            writer.commit();
        }
    }

    private static float[] samples() {
        Random random = new Random(1);
        float[] samples = new float[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            samples[i] = (float) (DEVIATION * random.nextGaussian());
        }
        return samples;
    }
}
