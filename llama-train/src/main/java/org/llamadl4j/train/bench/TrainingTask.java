package org.llamadl4j.train.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.MeasuredKernels;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.loop.TrainingUpdate;

/** Training steps on random tokens, with what each round of them cost. */
final class TrainingTask implements TimedTask {

    /** Small models take thousands of steps until Java has compiled them well. */
    private static final double WARM_UP_SECONDS = 5;

    private static final double ROUND_SECONDS = 0.5;

    private final MeasuredKernels kernels;
    private final TrainingUpdate update;
    private final double learningRate;
    private final int vocabSize;
    private final Random random = new Random(1);
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
        this.vocabSize = weights.config().vocabSize();
    }

    /** One update of the weights; returns the loss before it, nats per token. */
    double step() {
        step++;
        TrainingUpdate.Gradient gradient = update.computeGradient(this::randomTokens);
        update.apply(step, learningRate, gradient.norm());
        loss = gradient.loss();
        return loss;
    }

    private void randomTokens(int[] tokens, int[] targets) {
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = random.nextInt(vocabSize);
            targets[i] = random.nextInt(vocabSize);
        }
    }

    @Override
    public void warmUp() {
        long began = System.nanoTime();
        long stepBegan;
        do {
            stepBegan = System.nanoTime();
            step();
        } while ((System.nanoTime() - began) * 1e-9 < WARM_UP_SECONDS);
        double lastStep = (System.nanoTime() - stepBegan) * 1e-9;
        stepsPerRound = (int) Math.ceil(ROUND_SECONDS / lastStep);
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

    @Override
    public Spread seconds() {
        return Spread.of(rounds.stream().map(Round::secondsPerStep).toList());
    }

    List<Round> rounds() {
        return rounds;
    }

    TrainingUpdate update() {
        return update;
    }

    /** Of the last step. */
    double loss() {
        return loss;
    }
}
