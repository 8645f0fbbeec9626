package org.llamadl4j.train.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lombok.Builder;
import lombok.NonNull;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.MeasuredKernels;
import org.llamadl4j.train.config.TrainConfig;

/**
 * Times whole training steps, the trainer's own, on random tokens: forward, backward, clipping and AdamW.
 * The machine's ceilings, and other software to compare with, are measured in processes of their own, in turn with the
 * steps: the memory reported is that of training alone, all of it.
 */
@Slf4j
@Builder
public final class TrainBenchmark {

    /** Bytes of one parameter that AdamW reads (weight, gradient, two moments) and writes (weight, two moments). */
    static final int ADAMW_BYTES_PER_PARAMETER = 7 * Float.BYTES;

    @NonNull
    private final ModelSize size;

    @NonNull
    private final Rounds rounds;

    /** Steps of a long run before the rounds; 0 for none. */
    private final int longRunSteps;

    /** Other software to compare with, a name of {@link TrainingPeer}; null for none. */
    private final String peer;

    /** The device; it stays open. */
    @NonNull
    private final Kernels kernels;

    /** Threads of {@code kernels}, which ceilings and peer get, too. */
    private final int threads;

    /** Measures. Takes the memory of a training run. */
    public TrainBenchmarkResult run() {
        if (longRunSteps != 0 && longRunSteps <= LongRun.SETTLED) {
            throw UserError.usage(
                    "a long run of %d steps: memory is compared with that after step %d, so it needs more",
                    longRunSteps, LongRun.SETTLED);
        }
        if (peer != null && TrainingPeer.find(peer).isEmpty()) {
            throw UserError.usage(
                    "--peer %s is not built in; build it with: mvn -q -Ppeers -Dlauncher -Dmaven.test.skip=true"
                            + " process-test-classes",
                    peer);
        }
        MeasuredKernels measured = new MeasuredKernels(kernels);
        LlamaConfig config = size.model();
        TrainConfig training = config(size);
        LlamaWeights weights = LlamaWeights.initialise(config, training.seed(), measured);
        TrainingTask task = new TrainingTask(weights, training, measured);

        try (ChildProcess ceilings = CeilingsProcess.start(threads);
                ChildProcess peerProcess = peer == null ? null : PeerProcess.start(peerJob())) {
            List<Participant> participants = new ArrayList<>(List.of(task, ceilings));
            if (peerProcess != null) {
                participants.add(peerProcess);
            }
            rounds.warmUp(participants);
            LongRun longRun = longRunSteps == 0 ? null : longRun(task);
            rounds.measure(participants);
            return result(
                    task,
                    ceilings.result(MachineCeilings.class),
                    longRun,
                    peerProcess == null ? null : peerProcess.result(PeerProcess.Result.class));
        }
    }

    private PeerProcess.Job peerJob() {
        return new PeerProcess.Job(peer, size.model(), size.batch(), size.time(), threads);
    }

    /** The defaults of training, for one micro-batch a step. */
    static TrainConfig config(ModelSize size) {
        return TrainConfig.defaults()
                .with(size.model())
                .with("batch.sequenceLength", size.time())
                .with("batch.microBatchTokens", size.rows())
                .with("batch.batchTokens", size.rows())
                .resolve(size.model());
    }

    private LongRun longRun(TrainingTask task) {
        for (int step = 1; step <= LongRun.SETTLED; step++) {
            task.step();
        }
        Long settled = ProcessMemory.residentBytes();
        log.info("step {} of {}", LongRun.SETTLED, longRunSteps);
        HeapAllocation heap = new HeapAllocation();
        long heapBefore = heap.bytes();
        for (int step = LongRun.SETTLED + 1; step <= longRunSteps; step++) {
            task.step();
        }
        double heapBytes = (double) (heap.bytes() - heapBefore) / (longRunSteps - LongRun.SETTLED);
        log.info("step {} of {}", longRunSteps, longRunSteps);
        return LongRun.of(longRunSteps, heapBytes, settled, ProcessMemory.residentBytes());
    }

    private TrainBenchmarkResult result(
            TrainingTask task, MachineCeilings ceilings, LongRun longRun, PeerProcess.Result peerResult) {
        Long peak = ProcessMemory.peakBytes();
        LlamaConfig config = size.model();
        List<TrainingTask.Round> measured = task.rounds();
        Spread seconds = task.seconds();
        int tokens = size.rows();
        double flops = tokens * config.trainingFlopsPerToken(size.time());
        Spread gflops = seconds.rate(flops * 1e-9);
        Spread adamW = Spread.of(measured.stream()
                        .map(round -> round.usage().get("adamW").seconds() / round.steps())
                        .toList())
                .rate(1e-9 * ADAMW_BYTES_PER_PARAMETER * config.parameterCount());
        return new TrainBenchmarkResult(
                "train",
                Machine.of(kernels),
                new TrainBenchmarkResult.Model(
                        config.parameterCount(),
                        config.dim(),
                        config.layers(),
                        config.heads(),
                        config.kvHeads(),
                        config.hiddenDim(),
                        config.vocabSize()),
                size.batch(),
                size.time(),
                rounds,
                task.rounds().get(0).steps(),
                seconds,
                seconds.rate(tokens),
                gflops,
                ceilings,
                gflops.median() / ceilings.matMul(kernels.precision()).gflops().median(),
                peak,
                task.update().pass().activationBytes(),
                Spread.of(measured.stream()
                        .map(round -> (double) round.heapBytes() / round.steps())
                        .toList()),
                Spread.of(measured.stream()
                        .map(round -> 1 - round.secondsInKernels() / round.seconds())
                        .toList()),
                new TrainBenchmarkResult.AdamW(
                        adamW,
                        adamW.median() / ceilings.copy().gigabytesPerSecond().median()),
                shares(measured),
                task.loss(),
                longRun,
                peerResult == null ? null : PeerResult.of(peer, peerResult, task, peak, tokens, flops));
    }

    /** Each kernel's part of all measured steps, the longest first. */
    private static Map<String, KernelShare> shares(List<TrainingTask.Round> rounds) {
        int steps = rounds.stream().mapToInt(TrainingTask.Round::steps).sum();
        double seconds =
                rounds.stream().mapToDouble(TrainingTask.Round::seconds).sum();
        Map<String, MeasuredKernels.Usage> sums = new LinkedHashMap<>();
        for (TrainingTask.Round round : rounds) {
            round.usage().forEach((kernel, usage) -> sums.merge(kernel, usage, MeasuredKernels.Usage::plus));
        }
        Map<String, KernelShare> shares = new LinkedHashMap<>();
        sums.entrySet().stream()
                .sorted((a, b) ->
                        Long.compare(b.getValue().nanos(), a.getValue().nanos()))
                .forEach(entry -> {
                    MeasuredKernels.Usage usage = entry.getValue();
                    shares.put(
                            entry.getKey(),
                            new KernelShare(
                                    (double) usage.calls() / steps,
                                    usage.seconds() / steps,
                                    usage.seconds() / seconds));
                });
        return shares;
    }
}
