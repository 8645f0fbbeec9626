package org.llamadl4j.train.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.MeasuredKernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.loop.TrainingUpdate;

class TrainingTaskTest {

    private final ModelSize size = ModelSize.of("260k", 2, 16, 64);
    private final TrainConfig config = TrainBenchmark.config(size);

    @Test
    void itsStepsAreThoseOfTheTrainer() {
        try (Kernels kernels = CpuKernels.create(1)) {
            TrainingTask task = task(kernels);
            TrainingUpdate update = TrainingUpdate.of(weights(kernels), config, kernels);
            RandomBatches batches = new RandomBatches(size.model().vocabSize());

            for (int step = 1; step <= 3; step++) {
                TrainingUpdate.Gradient gradient = update.computeGradient(batches);
                update.apply(step, config.optimizer().learningRate(), gradient.norm());

                assertThat(task.step()).isEqualTo(gradient.loss());
            }
        }
    }

    @Test
    void aRoundKnowsWhatEachKernelDid() {
        try (Kernels kernels = CpuKernels.create(1)) {
            TrainingTask.Round round = task(kernels).measure(2);

            int tensors = LlamaWeights.shapes(size.model()).size();
            assertThat(round.usage().get("adamW").calls()).isEqualTo(2L * tensors);
            assertThat(round.usage().get("crossEntropyGradient").calls()).isEqualTo(2);
            assertThat(round.secondsInKernels()).isPositive().isLessThanOrEqualTo(round.seconds());
        }
    }

    private TrainingTask task(Kernels kernels) {
        MeasuredKernels measured = new MeasuredKernels(kernels);
        return new TrainingTask(weights(measured), config, measured);
    }

    private LlamaWeights weights(Kernels kernels) {
        return LlamaWeights.initialise(size.model(), config.seed(), kernels);
    }
}
