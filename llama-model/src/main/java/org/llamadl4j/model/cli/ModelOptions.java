package org.llamadl4j.model.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.kernel.Kernels;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Which model a command computes with, and how. */
public final class ModelOptions {

    @Parameters(paramLabel = "MODEL_DIR", description = "A Hugging Face or Meta LLaMA folder, or a GGUF file.")
    private Path modelDir;

    @Mixin
    private ComputeOptions compute;

    /** Where the model is. */
    public Path modelDir() {
        return modelDir;
    }

    /** The kernels to compute with; the caller closes them. */
    public Kernels kernels() {
        return compute.kernels();
    }

    /** Opens the model in the memory of {@code kernels}. */
    public LlamaModel open(Kernels kernels) throws IOException {
        return compute.open(modelDir, kernels);
    }
}
