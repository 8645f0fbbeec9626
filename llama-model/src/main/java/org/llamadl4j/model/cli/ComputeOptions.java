package org.llamadl4j.model.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.ModelReader;
import org.llamadl4j.model.checkpoint.WeightType;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.generate.WarmUp;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import picocli.CommandLine.Option;

/** With what a command computes: how many threads, and weights of which type. */
public final class ComputeOptions {

    /** Parameters of a model that takes longer than a {@link WarmUp}. */
    private static final long LARGE = 50_000_000;

    @Option(
            names = "--weights",
            paramLabel = "f32|f16|bf16|q8_0",
            description = "Convert matrices of weights to this type in memory (default: they stay in the file, as they "
                    + "are stored).")
    private WeightType weights;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Threads; one for each core.")
    private int threads;

    /** The type that matrices of weights are converted to; empty where they stay as they are stored. */
    public Optional<WeightType> weights() {
        return Optional.ofNullable(weights);
    }

    /** The kernels to compute with; the caller closes them. */
    public Kernels kernels() {
        if (threads < 0) {
            throw UserError.usage("--threads must be 1 or more, or 0 for one for each core, not %d", threads);
        }
        return CpuKernels.create(threads, Precision.FLOAT32);
    }

    /** Opens the model at {@code path} in the memory of {@code kernels}, while a {@link WarmUp} runs if it is large. */
    public LlamaModel open(Path path, Kernels kernels) throws IOException {
        AtomicReference<WarmUp> warmUp = new AtomicReference<>();
        LlamaModel model = ModelReader.read(path, kernels, weights(), (config, type) -> {
            if (config.parameterCount() >= LARGE) {
                warmUp.set(WarmUp.start(type));
            }
        });
        if (warmUp.get() != null) {
            try {
                warmUp.get().await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return model;
    }
}
