package org.llamadl4j.train.bench;

import java.util.List;
import lombok.Builder;
import lombok.NonNull;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;

/** Times tokens that come one after the other, each the likeliest after a prompt and those before it. */
@Builder
public final class DecodeBenchmark {

    private static final double LEAST_SECONDS = 0.5;

    @NonNull
    private final InferenceModel model;

    private final int promptTokens;

    private final int newTokens;

    @NonNull
    private final Rounds rounds;

    /** The device; it stays open. */
    @NonNull
    private final Kernels kernels;

    /** Threads of {@code kernels}, which the ceilings get, too. */
    private final int threads;

    /** Measures. */
    public DecodeBenchmarkResult run() {
        if (promptTokens < 1 || newTokens < 1) {
            throw UserError.usage(
                    "%d new tokens after a prompt of %d: at least one of each is needed", newTokens, promptTokens);
        }
        InferenceRun run = new InferenceRun(model, promptTokens, newTokens, kernels);
        run.prefill();
        TimedTask decode = new TimedTask(LEAST_SECONDS, () -> run.decode(newTokens));
        MachineCeilings measured;
        try (Ceilings ceilings = new Ceilings(threads)) {
            List<Participant> tasks = List.of(decode, ceilings);
            rounds.warmUp(tasks);
            rounds.measure(tasks);
            measured = ceilings.measured();
        }
        Spread bandwidth = decode.seconds().rate(1e-9 * model.bytesPerToken() * newTokens);
        return new DecodeBenchmarkResult(
                "decode",
                Machine.of(kernels),
                model.describe(),
                promptTokens,
                newTokens,
                rounds,
                decode.seconds().rate(newTokens),
                bandwidth,
                measured,
                bandwidth.median() / measured.read().gigabytesPerSecond().median(),
                ProcessMemory.peakBytes());
    }
}
