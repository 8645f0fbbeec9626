package org.llamadl4j.model.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.ModelReader;
import org.llamadl4j.model.checkpoint.WeightType;
import org.llamadl4j.model.kernel.Kernels;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model a command computes with, and how it holds its weights. */
public final class ModelOptions {

    @Parameters(paramLabel = "MODEL_DIR", description = "A Hugging Face or Meta LLaMA folder, or a GGUF file.")
    private Path modelDir;

    @Option(
            names = "--weights",
            paramLabel = "f32|f16|bf16|q8_0",
            description = "Convert matrices of weights to this type in memory (default: they stay in the file, as they "
                    + "are stored).")
    private WeightType weights;

    /** Where the model is. */
    public Path modelDir() {
        return modelDir;
    }

    /** Opens the model in the memory of {@code kernels}. */
    public LlamaModel open(Kernels kernels) throws IOException {
        return ModelReader.read(modelDir, kernels, Optional.ofNullable(weights));
    }
}
