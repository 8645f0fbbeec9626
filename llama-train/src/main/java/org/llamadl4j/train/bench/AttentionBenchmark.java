package org.llamadl4j.train.bench;

import java.util.List;
import lombok.Builder;
import lombok.NonNull;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Kernels;

/** Times causal attention alone, forward and backward. */
@Builder
public final class AttentionBenchmark {

    private static final double LEAST_SECONDS = 0.1;

    @NonNull
    private final AttentionShape shape;

    @NonNull
    private final Rounds rounds;

    /** The device; it stays open. */
    @NonNull
    private final Kernels kernels;

    /** Threads of {@code kernels}, which the ceilings get, too. */
    private final int threads;

    /**
     * Floating-point operations of the forward pass, unmasked scores alone: T·(T+1)/2 of them a head, each a dot
     * product of K pairs and K products with a value, which makes 4·K·T·(T+1)/2 for each of the B·H heads. The
     * exponentials are not counted.
     */
    static double forwardFlops(AttentionShape shape) {
        return 4 * flopsPerFactor(shape);
    }

    /**
     * Floating-point operations of the backward pass: for each unmasked score K pairs of each of five products, which
     * are the score once more, dP, dV, dQ and dK: 10·K·T·(T+1)/2 for each of the B·H heads.
     */
    static double backwardFlops(AttentionShape shape) {
        return 10 * flopsPerFactor(shape);
    }

    /** K·T·(T+1)/2 for each of the B·H heads. */
    private static double flopsPerFactor(AttentionShape shape) {
        double time = shape.time();
        return (double) shape.batch() * shape.heads() * shape.headDim() * time * (time + 1) / 2;
    }

    static void check(AttentionShape shape) {
        if (Math.min(Math.min(shape.batch(), shape.time()), Math.min(shape.heads(), shape.headDim())) < 1) {
            throw UserError.usage(
                    "%d sequences of %d tokens, %d heads of %d: each must be at least 1",
                    shape.batch(), shape.time(), shape.heads(), shape.headDim());
        }
        if (shape.kvHeads() < 1 || shape.heads() % shape.kvHeads() != 0) {
            throw UserError.usage(
                    "%d heads cannot share %d key and value heads; the one must be a multiple of the other",
                    shape.heads(), shape.kvHeads());
        }
    }

    /** Measures. */
    public AttentionBenchmarkResult run() {
        check(shape);
        AttentionTensors tensors = AttentionTensors.of(shape, new RandomTensors(kernels));
        Runnable forward = () -> tensors.forward(kernels);
        Runnable backward = () -> tensors.backward(kernels);
        TimedTask forwardTask = new TimedTask(LEAST_SECONDS, forward);
        TimedTask backwardTask = new TimedTask(LEAST_SECONDS, backward);
        TimedTask both = new TimedTask(LEAST_SECONDS, () -> {
            forward.run();
            backward.run();
        });
        MachineCeilings measured;
        try (Ceilings ceilings = new Ceilings(threads)) {
            List<Participant> tasks = List.of(forwardTask, backwardTask, both, ceilings);
            rounds.warmUp(tasks);
            rounds.measure(tasks);
            measured = ceilings.measured();
        }
        Spread together = both.seconds().rate(1e-9 * (forwardFlops(shape) + backwardFlops(shape)));
        return new AttentionBenchmarkResult(
                "attention",
                Machine.of(kernels),
                shape,
                rounds,
                AttentionBenchmarkResult.FORMULA,
                forwardTask.seconds().rate(1e-9 * forwardFlops(shape)),
                backwardTask.seconds().rate(1e-9 * backwardFlops(shape)),
                together,
                measured,
                together.median() / measured.float32MatMul().gflops().median());
    }
}
