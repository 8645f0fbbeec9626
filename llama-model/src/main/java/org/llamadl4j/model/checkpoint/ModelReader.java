package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;

/** Opens a model of any format that is read here. */
public final class ModelReader {

    private ModelReader() {}

    /**
     * Reads the model at {@code path}: a Hugging Face folder, or a Meta folder or GGUF file, whose tensors become
     * float32.
     *
     * @throws UserError if it is missing, broken, or needs what this code does not compute
     */
    public static LlamaModel read(Path path, Kernels kernels) throws IOException {
        if (!isGguf(path) && !MetaFolder.is(path)) {
            return HuggingFaceFolder.read(path, kernels);
        }
        try (WeightSource source = open(path)) {
            LlamaWeights weights = LlamaWeights.zeros(source.config(), kernels);
            for (String name : weights.names()) {
                read(source, name, weights.get(name), kernels);
            }
            return new LlamaModel(source.config(), weights, source.tokenizer(), kernels, source.endIds());
        }
    }

    /** Whether {@code path} is, or by its name would be, a GGUF file and not a folder. */
    static boolean isGguf(Path path) {
        return Files.exists(path) ? !Files.isDirectory(path) : path.toString().endsWith(".gguf");
    }

    /** Opens the model at {@code path} without reading its weights. */
    static WeightSource open(Path path) throws IOException {
        if (isGguf(path)) {
            return GgufSource.open(path);
        }
        return MetaFolder.is(path) ? MetaSource.open(path) : HuggingFaceSource.open(path);
    }

    private static void read(WeightSource source, String name, Tensor weight, Kernels kernels) throws IOException {
        int most = (int) Math.min(weight.size(), WeightPieces.length(name, weight.shape(), source.config()));
        GgmlType type = source.type(name);
        byte[] stored = new byte[(int) type.bytes(most)];
        float[] elements = new float[most];
        for (long offset = 0; offset < weight.size(); offset += most) {
            int length = (int) Math.min(most, weight.size() - offset);
            source.read(name, offset, length, stored);
            type.toFloats(ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN), elements, length);
            kernels.write(elements, 0, weight.buffer(), offset, length);
        }
    }
}
