package org.llamadl4j.model.graph;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.llamadl4j.model.Resources;
import org.llamadl4j.model.checkpoint.HuggingFaceFolder;
import org.llamadl4j.model.checkpoint.SafeTensors;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;

/**
 * A small LLaMA whose weights and tokens follow from their names, and the logits that PyTorch computes of it in float64;
 * golden_long.py says how, and made the numbers.
 *
 * @param config as a {@code config.json} of Hugging Face says it
 * @param positions (P) the positions whose logits are known, up to the last of the sequence
 * @param logits (P,V)
 */
record GoldenLongModel(LlamaConfig config, int[] positions, double[] logits) {

    /** Reads {@code name} by way of {@code scratch}. */
    static GoldenLongModel open(String name, Path scratch) throws IOException {
        Resources.copyGolden("long/" + name + "/config.json", scratch);
        Path file = Resources.copyGolden("long/" + name + "/logits.safetensors", scratch);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            int[] positions = Arrays.stream(tensors.longs("positions"))
                    .mapToInt(Math::toIntExact)
                    .toArray();
            return new GoldenLongModel(HuggingFaceFolder.readConfig(scratch), positions, tensors.doubles("logits"));
        }
    }

    /** T. */
    int time() {
        return positions[positions.length - 1] + 1;
    }

    /** (T). */
    int[] tokens() {
        return IntStream.range(0, time())
                .map(t -> (int) ((mix("tokens", t) >>> 33) % config.vocabSize()))
                .toArray();
    }

    /** The parameters on the device, query and key rows in the order of {@code pairs}. */
    LlamaWeights weights(RotaryPairs pairs, Kernels kernels) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> {
            float[] values =
                    shape.length == 1 ? norm(name, (int) shape[0]) : matrix(name, (int) shape[0], (int) shape[1]);
            if (pairs == RotaryPairs.ADJACENT && isRotary(name)) {
                values = toAdjacent(values, config.headDim(), (int) shape[1]);
            }
            Tensor tensor = new Tensor(kernels.allocate(ElementType.FLOAT32, values.length), shape);
            kernels.write(values, 0, tensor.buffer(), 0, values.length);
            tensors.put(name, tensor);
        });
        return LlamaWeights.of(config, pairs, tensors);
    }

    private static boolean isRotary(String name) {
        return name.endsWith(".wq.weight") || name.endsWith(".wk.weight");
    }

    private static float[] matrix(String name, int rows, int columns) {
        double scale = (isRotary(name) ? 2.0 : 1.0) * Math.sqrt(3.0 / columns);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (uniform(name, i) * scale);
        }
        return values;
    }

    private static float[] norm(String name, int dim) {
        float[] values = new float[dim];
        for (int i = 0; i < dim; i++) {
            values[i] = (float) (1.0 + 0.1 * uniform(name, i));
        }
        return values;
    }

    /** Rows i and i + K/2 of each head become rows 2i and 2i + 1. */
    private static float[] toAdjacent(float[] halves, int headDim, int columns) {
        float[] adjacent = new float[halves.length];
        for (int row = 0; row < halves.length / columns; row++) {
            int inHead = row % headDim;
            int moved = row - inHead + inHead % (headDim / 2) * 2 + inHead / (headDim / 2);
            System.arraycopy(halves, row * columns, adjacent, moved * columns, columns);
        }
        return adjacent;
    }

    private static double uniform(String name, int index) {
        return ((mix(name, index) >>> 40) - (1 << 23)) / (double) (1 << 23);
    }

    private static long mix(String name, int index) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        long z = ((crc.getValue() << 32) + index + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
