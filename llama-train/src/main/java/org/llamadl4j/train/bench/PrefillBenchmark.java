package org.llamadl4j.train.bench;

import java.util.List;
import lombok.Builder;
import lombok.NonNull;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;

/** Times the computation of a prompt, until the first token that follows is known. */
@Builder
public final class PrefillBenchmark {

    private static final double LEAST_SECONDS = 0.5;

    @NonNull
    private final InferenceModel model;

    private final int promptTokens;

    @NonNull
    private final Rounds rounds;

    /** The device; it stays open. */
    @NonNull
    private final Kernels kernels;

    /** Threads of {@code kernels}, which the ceilings get, too. */
    private final int threads;

    /** Measures. */
    public PrefillBenchmarkResult run() {
        if (promptTokens < 1) {
            throw UserError.usage("a prompt of %d tokens: at least 1 is needed", promptTokens);
        }
        InferenceRun run = new InferenceRun(model, promptTokens, 0, kernels);
        TimedTask prefill = new TimedTask(LEAST_SECONDS, run::prefill);
        MachineCeilings measured;
        try (Ceilings ceilings = new Ceilings(threads)) {
            List<Participant> tasks = List.of(prefill, ceilings);
            rounds.warmUp(tasks);
            rounds.measure(tasks);
            measured = ceilings.measured();
        }
        Spread gflops = prefill.seconds().rate(1e-9 * model.flops(promptTokens));
        return new PrefillBenchmarkResult(
                "prefill",
                Machine.of(kernels),
                model.describe(),
                promptTokens,
                rounds,
                prefill.seconds(),
                prefill.seconds().rate(promptTokens),
                gflops,
                measured,
                gflops.median() / measured.matMul(kernels.precision()).gflops().median(),
                ProcessMemory.peakBytes());
    }
}
