package org.llamadl4j.train.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.train.config.TrainConfig;

/** Trains with a {@link TrainingPeer} in a process of its own. */
final class PeerProcess {

    private PeerProcess() {}

    /** What it shall train. */
    record Job(String peer, LlamaConfig model, int batch, int time, int threads) {}

    /**
     * What it found.
     *
     * @param description of what computed
     * @param stepSeconds time of a step
     * @param peakResidentBytes the most physical memory of the process; null where unknown
     * @param losses of its first steps, nats per token
     */
    record Result(String description, Spread stepSeconds, Long peakResidentBytes, List<Double> losses) {}

    static ChildProcess start(Job job) {
        return ChildProcess.start("--peer " + job.peer(), PeerProcess.class, job);
    }

    /** @param arguments a {@link Job} as JSON */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Job job = JsonMapper.builder().build().readValue(arguments[0], Job.class);
        TrainingPeer peer = TrainingPeer.find(job.peer()).orElseThrow();
        ModelSize size = new ModelSize(job.model(), job.batch(), job.time());
        TrainingPeer.Training training = start(peer, size, job.threads());
        RandomBatches batches = new RandomBatches(size.model().vocabSize());
        int[] tokens = new int[size.rows()];
        int[] targets = new int[size.rows()];
        List<Double> losses = new ArrayList<>();
        TimedTask task = TrainingTask.timed(() -> {
            batches.next(tokens, targets);
            double loss = training.step(tokens, targets);
            if (losses.size() < TrainingTask.FIRST_STEPS) {
                losses.add(loss);
            }
        });
        ChildProcess.serve(
                task,
                () -> new Result(training.description(), task.seconds(), ProcessMemory.peakBytes(), losses),
                System.in,
                answers);
    }

    /** The weights that the peer copies are ours, and end with this method. */
    private static TrainingPeer.Training start(TrainingPeer peer, ModelSize size, int threads) {
        TrainConfig config = TrainBenchmark.config(size);
        try (Kernels kernels = CpuKernels.create(1)) {
            LlamaWeights weights = LlamaWeights.initialise(size.model(), config.seed(), kernels);
            return peer.start(weights, kernels, config, threads);
        }
    }
}
