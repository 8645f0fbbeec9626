package org.llamadl4j.train.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.MeasuredKernels;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.loop.TrainingUpdate;

/** Training steps on random tokens, with what each round of them cost. */
final class TrainingTask implements Participant {

    /** Small models take thousands of steps until Java has compiled them well. */
    private static final double WARM_UP_SECONDS = 5;

    private static final double ROUND_SECONDS = 0.5;

    /** Steps whose losses are kept, to be compared. */
    static final int FIRST_STEPS = 5;

    private final MeasuredKernels kernels;
    private final TrainingUpdate update;
    private final double learningRate;
    private final RandomBatches batches;
    private final List<Double> firstLosses = new ArrayList<>();
    private final HeapAllocation heap = new HeapAllocation();
    private final List<Round> rounds = new ArrayList<>();
    private int stepsPerRound = 1;
    private int step;
    private double loss;

    /**
     * One measured round.
     *
     * @param steps how many steps it took
     * @param seconds of all of them
     * @param heapBytes allocated on the heap
     * @param usage what each kernel did
     */
    record Round(int steps, double seconds, long heapBytes, Map<String, MeasuredKernels.Usage> usage) {

        double secondsPerStep() {
            return seconds / steps;
        }

        double secondsInKernels() {
            return usage.values().stream()
                    .mapToDouble(MeasuredKernels.Usage::seconds)
                    .sum();
        }
    }

    /** @param config resolved for the model of {@code weights}, which are trained in place */
    TrainingTask(LlamaWeights weights, TrainConfig config, MeasuredKernels kernels) {
        this.kernels = kernels;
        this.update = TrainingUpdate.of(weights, config, kernels);
        this.learningRate = config.optimizer().learningRate();
        this.batches = new RandomBatches(weights.config().vocabSize());
    }

    /** {@code step}, warmed up and measured as long as this. */
    static TimedTask timed(Runnable step) {
        return new TimedTask(WARM_UP_SECONDS, ROUND_SECONDS, step);
    }

    /** One update of the weights; returns the loss before it, nats per token. */
    double step() {
        step++;
        TrainingUpdate.Gradient gradient = update.computeGradient(batches);
        update.apply(step, learningRate, gradient.norm());
        loss = gradient.loss();
        if (step <= FIRST_STEPS) {
            firstLosses.add(loss);
        }
        return loss;
    }

    @Override
    public void warmUp() {
        stepsPerRound = TimedTask.repetitions(this::step, WARM_UP_SECONDS, ROUND_SECONDS);
    }

    @Override
    public void measure() {
        measure(stepsPerRound);
    }

    /** A round of {@code steps}. */
    Round measure(int steps) {
        kernels.reset();
        long heapBefore = heap.bytes();
        long began = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            step();
        }
        double seconds = (System.nanoTime() - began) * 1e-9;
        Round round = new Round(steps, seconds, heap.bytes() - heapBefore, kernels.usage());
        rounds.add(round);
        return round;
    }

    /** Seconds of a step, in the rounds measured so far. */
    Spread seconds() {
        return Spread.of(rounds.stream().map(Round::secondsPerStep).toList());
    }

    List<Round> rounds() {
        return rounds;
    }

    TrainingUpdate update() {
        return update;
    }

    /** Losses of the first {@value #FIRST_STEPS} steps, nats per token. */
    List<Double> firstLosses() {
        return firstLosses;
    }

    /** Of the last step. */
    double loss() {
        return loss;
    }
}
