package org.llamadl4j.model.graph;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.checkpoint.SafeTensors;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;

/** A small LLaMA and what PyTorch computes of it in float64; golden_llama.py made the numbers. */
public final class GoldenModel implements AutoCloseable {

    private final SafeTensors file;

    private GoldenModel(SafeTensors file) {
        this.file = file;
    }

    /** {@code plain}, or {@code grouped} with grouped heads and tied embeddings. */
    public static GoldenModel open(String name) {
        String resource = "/org/llamadl4j/model/golden/" + name + ".safetensors";
        try (InputStream stream = GoldenModel.class.getResourceAsStream(resource)) {
            Path copy = Files.createTempFile(name, ".safetensors");
            copy.toFile().deleteOnExit();
            Files.copy(stream, copy, StandardCopyOption.REPLACE_EXISTING);
            return new GoldenModel(SafeTensors.open(copy));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public LlamaConfig config() {
        Map<String, String> metadata = file.metadata();
        return LlamaConfig.builder()
                .dim(Integer.parseInt(metadata.get("dim")))
                .layers(Integer.parseInt(metadata.get("layers")))
                .heads(Integer.parseInt(metadata.get("heads")))
                .kvHeads(Integer.parseInt(metadata.get("kv_heads")))
                .hiddenDim(Integer.parseInt(metadata.get("hidden_dim")))
                .vocabSize(Integer.parseInt(metadata.get("vocab_size")))
                .contextLength(time())
                .normEps(Double.parseDouble(metadata.get("norm_eps")))
                .ropeTheta(Double.parseDouble(metadata.get("rope_theta")))
                .tiedEmbeddings(metadata.get("tied_embeddings").equals("True"))
                .build();
    }

    /** B. */
    public int batch() {
        return Integer.parseInt(file.metadata().get("batch"));
    }

    /** T. */
    public int time() {
        return Integer.parseInt(file.metadata().get("time"));
    }

    /** The parameters, on the device. */
    public LlamaWeights weights(Kernels kernels) {
        LlamaWeights weights = LlamaWeights.zeros(config(), kernels);
        for (String name : weights.names()) {
            float[] values = floats(name);
            kernels.write(values, 0, weights.get(name).buffer(), 0, values.length);
        }
        return weights;
    }

    /** The parameters with query and key rows in Hugging Face's order, on the device. */
    public LlamaWeights weightsOfHuggingFace(Kernels kernels) {
        LlamaWeights weights = weights(kernels);
        int headDim = config().headDim();
        for (int layer = 0; layer < config().layers(); layer++) {
            for (String name : List.of(LlamaWeights.wq(layer), LlamaWeights.wk(layer))) {
                Tensor weight = weights.get(name);
                float[] meta = floats(name);
                int columns = weight.columns();
                for (int row = 0; row < weight.rows(); row++) {
                    int inHead = row % headDim;
                    int moved = row - inHead + inHead % 2 * (headDim / 2) + inHead / 2;
                    kernels.write(meta, row * columns, weight.buffer(), (long) moved * columns, columns);
                }
            }
        }
        return LlamaWeights.of(config(), RotaryPairs.HALVES, weights.tensors());
    }

    /** A tensor of floating-point numbers, rounded to float32. */
    public float[] floats(String name) {
        try {
            return file.floats(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tensor of floating-point numbers. */
    public double[] doubles(String name) {
        try {
            return file.doubles(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tensor of token ids. */
    public int[] ids(String name) {
        try {
            return Arrays.stream(file.longs(name)).mapToInt(Math::toIntExact).toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
