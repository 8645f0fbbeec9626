package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** Opens a model of any format that is read here. */
public final class ModelReader {

    private ModelReader() {}

    /**
     * Opens the model at {@code path}, a Hugging Face or Meta folder or a GGUF file, to compute with its weights as they
     * are stored: where a file holds a matrix in one piece it is mapped, not read, and the file must stay as it is meanwhile.
     * Types that are not computed with become F16, and F64 becomes F32. Where all matrices are mapped, no checksum is
     * compared; {@link #verify} does that.
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
        return read(path, kernels, type, (config, elementType) -> {});
    }

    /**
     * The same.
     *
     * @param toCome is told the configuration, and how the embedding will be held and so most matrices, before anything is done
     *     that takes long
     */
    public static LlamaModel read(
            Path path, Kernels kernels, Optional<WeightType> type, BiConsumer<LlamaConfig, ElementType> toCome)
            throws IOException {
        try (WeightSource source = open(path)) {
            WeightLoading loading = new WeightLoading(path, source, kernels, type);
            toCome.accept(source.config(), loading.elementType(LlamaWeights.EMBEDDING));
            Tokenizer tokenizer = source.tokenizer();
            return new LlamaModel(source.config(), loading.load(), tokenizer, kernels, source.endIds());
        }
    }

    /**
     * Compares the files of the model at {@code path} with their checksums, where they have some, which reads them whole.
     *
     * @throws UserError also if one differs
     */
    public static void verify(Path path) throws IOException {
        try (WeightSource source = open(path)) {
            source.verify();
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
