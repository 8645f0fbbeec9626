package org.llamadl4j.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.TokenBatches;
import org.llamadl4j.train.data.TokenDataset;
import org.llamadl4j.train.optim.CosineSchedule;

class TrainingUpdateTest {

    @TempDir
    private Path folder;

    /** The benchmark times updates; this is why it times training. */
    @Test
    void updatesOneByOneGiveTheLossOfARun() throws Exception {
        int steps = 3;
        TokenDataset data = TinyRun.data(folder, 1);
        TrainConfig asked = TinyRun.config().with("schedule.steps", steps);
        try (Kernels kernels = CpuKernels.create(1)) {
            TrainingResult run = TinyRun.trainer(data, folder.resolve("run"), kernels)
                    .config(asked)
                    .build()
                    .run();

            LlamaConfig model = run.model().config();
            TrainConfig config = asked.resolve(model);
            TrainingUpdate update =
                    TrainingUpdate.of(LlamaWeights.initialise(model, config.seed(), kernels), config, kernels);
            TokenBatches batches = new TokenBatches(
                    data.train(),
                    config.batch().microBatchSequences(),
                    config.batch().sequenceLength(),
                    config.seed());
            CosineSchedule schedule = new CosineSchedule(
                    config.optimizer().learningRate(),
                    config.schedule().warmupSteps(steps),
                    steps,
                    config.schedule().finalLearningRateShare());
            double loss = Double.NaN;
            for (int step = 1; step <= steps; step++) {
                TrainingUpdate.Gradient gradient = update.computeGradient(batches::next);
                loss = gradient.loss();
                update.apply(step, schedule.at(step), gradient.norm());
            }

            assertThat(loss).isEqualTo(run.loss());
        }
    }
}
