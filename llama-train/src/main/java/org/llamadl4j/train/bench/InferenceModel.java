package org.llamadl4j.train.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.llamadl4j.model.checkpoint.ModelReader;
import org.llamadl4j.model.checkpoint.WeightType;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;

/**
 * A model that is only read.
 *
 * @param name of the preset, or of the folder or file
 * @param weights its parameters
 */
public record InferenceModel(String name, LlamaWeights weights) {

    /** The model at {@code path}, its matrices as they are stored or converted to {@code type}. */
    public static InferenceModel read(Path path, Optional<WeightType> type, Kernels kernels) throws IOException {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return new InferenceModel(
                name == null ? path.toString() : name.toString(),
                ModelReader.read(path, kernels, type).weights());
    }

    /** A preset whose weights are random, its matrices of {@code type}: what it says is noise, as fast as any other. */
    public static InferenceModel random(String preset, WeightType type, Kernels kernels) {
        LlamaConfig config = LlamaConfig.preset(preset);
        ElementType elements = elementType(type);
        RandomTensors random = new RandomTensors(kernels);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> {
            boolean matrix = shape.length == 2;
            if (matrix && shape[1] % elements.blockLength() != 0) {
                throw UserError.usage(
                        "--weights %s needs rows of a multiple of %d, and %s of %s has rows of %d",
                        type, elements.blockLength(), name, preset, shape[1]);
            }
            tensors.put(
                    name,
                    matrix ? random.weights(elements.inRowsOf(shape[1]), shape[0], shape[1]) : random.uniform(shape));
        });
        return new InferenceModel(preset, LlamaWeights.of(config, RotaryPairs.ADJACENT, tensors));
    }

    private static ElementType elementType(WeightType type) {
        return switch (type) {
            case F32 -> ElementType.FLOAT32;
            case F16 -> ElementType.FLOAT16;
            case BF16 -> ElementType.BFLOAT16;
            case Q8_0 -> ElementType.Q8_0;
        };
    }

    LlamaConfig config() {
        return weights.config();
    }

    /** Bytes of the weights that the model reads for one token: all, but for the rows of other tokens of an embedding. */
    long bytesPerToken() {
        long bytes = 0;
        for (String name : weights.names()) {
            Tensor tensor = weights.get(name);
            boolean rowAlone = name.equals(LlamaWeights.EMBEDDING) && !config().tiedEmbeddings();
            bytes += tensor.buffer().elementType().bytes(rowAlone ? tensor.columns() : tensor.size());
        }
        return bytes;
    }

    /** Floating-point operations of {@code tokens} tokens of one text, of which one is asked what follows. */
    double flops(int tokens) {
        LlamaConfig config = config();
        double head = (double) config.vocabSize() * config.dim();
        double layers = 0;
        for (String name : weights.names()) {
            Tensor tensor = weights.get(name);
            boolean ofLayer = !name.equals(LlamaWeights.EMBEDDING) && !name.equals(LlamaWeights.OUTPUT);
            layers += tensor.shape().length == 2 && ofLayer ? tensor.size() : 0;
        }
        double scores = (double) config.layers() * config.queryDim() * tokens * (tokens + 1) / 2;
        return 2 * layers * tokens + 4 * scores + 2 * head;
    }

    /** What results say of it. */
    Description describe() {
        LlamaConfig config = config();
        return new Description(
                name,
                config.parameterCount(),
                config.dim(),
                config.layers(),
                config.heads(),
                config.kvHeads(),
                config.hiddenDim(),
                config.vocabSize(),
                weights.get(LlamaWeights.wq(0)).buffer().elementType().name(),
                bytesPerToken());
    }

    /**
     * The sizes that matter, by the names of the configuration.
     *
     * @param weightType of the first matrix
     * @param weightBytesPerToken bytes of weights that are read for one token
     */
    public record Description(
            String name,
            long parameters,
            int dim,
            int layers,
            int heads,
            int kvHeads,
            int hiddenDim,
            int vocabSize,
            String weightType,
            long weightBytesPerToken) {

        @Override
        public String toString() {
            return "%s, %s".formatted(name, weightType);
        }
    }
}
