package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;

/** Opens a model of any format that is read here. */
public final class ModelReader {

    private ModelReader() {}

    /**
     * Opens the model at {@code path}, a Hugging Face or Meta folder or a GGUF file, to compute with its weights as they
     * are stored: where a file holds a matrix in one piece it is mapped, not read, and the file must stay as it is meanwhile.
     * Types that are not computed with become F16, and F64 becomes F32.
     *
     * @throws UserError if it is missing, broken, or needs what this code does not compute
     */
    public static LlamaModel read(Path path, Kernels kernels) throws IOException {
        return read(path, kernels, Optional.empty());
    }

    /**
     * The same with matrices that are converted to {@code type} where they are of another; empty for as they are stored.
     *
     * @throws UserError also if a weight is larger than {@code type} can hold
     */
    public static LlamaModel read(Path path, Kernels kernels, Optional<WeightType> type) throws IOException {
        try (WeightSource source = open(path)) {
            LlamaWeights weights = new WeightLoading(path, source, kernels).load(type);
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
}
