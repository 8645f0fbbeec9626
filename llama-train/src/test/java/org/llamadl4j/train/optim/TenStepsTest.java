package org.llamadl4j.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.GradientPass;
import org.llamadl4j.model.LossPass;
import org.llamadl4j.model.graph.ActivationPolicy;
import org.llamadl4j.model.graph.GoldenModel;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.train.config.TrainConfig;

/** The paper's recipe over ten steps of a small model, against PyTorch in float64; golden_llama.py made the numbers. */
class TenStepsTest {

    private static final int STEPS = 10;

    /** Relative error under 1e-4. */
    private static final double PERCENT = 0.01;

    @ParameterizedTest
    @ValueSource(strings = {"plain", "grouped"})
    void lossesAreThoseOfPyTorch(String name) {
        try (GoldenModel golden = GoldenModel.open(name);
                Kernels kernels = CpuKernels.create(2)) {
            LlamaWeights weights = golden.weights(kernels);
            LlamaWeights gradients = LlamaWeights.zeros(golden.config(), kernels);
            GradientPass pass = new GradientPass(
                    weights, gradients, golden.batch(), golden.time(), ActivationPolicy.SAVE_LINEAR, kernels);
            TrainConfig.Optimizer recipe = TrainConfig.defaults().optimizer();
            AdamW optimizer = new AdamW(weights, recipe, kernels);
            GradientClipping clipping = new GradientClipping(recipe.clipNorm());
            CosineSchedule schedule = new CosineSchedule(1e-2, 3, STEPS, 0.1);
            int rows = golden.batch() * golden.time();

            for (int step = 1; step <= STEPS; step++) {
                int[] tokens = Arrays.copyOfRange(golden.ids("step.tokens"), (step - 1) * rows, step * rows);
                int[] targets = Arrays.copyOfRange(golden.ids("step.targets"), (step - 1) * rows, step * rows);
                gradients.names().forEach(weight -> kernels.fill(gradients.get(weight), 0));
                double loss = pass.run(tokens, targets, 1);
                double norm = GradientClipping.norm(gradients, kernels);
                optimizer.update(step, gradients, schedule.at(step), clipping.scale(norm));

                assertClose("loss of step " + step, loss, golden.doubles("step.loss")[step - 1]);
                assertClose("gradient norm of step " + step, norm, golden.doubles("step.gradient_norm")[step - 1]);
                assertClose(
                        "learning rate of step " + step,
                        schedule.at(step),
                        golden.doubles("step.learning_rate")[step - 1]);
            }
            assertClose("loss after all", meanLoss(golden, weights, kernels), golden.doubles("step.final_loss")[0]);
        }
    }

    private static double meanLoss(GoldenModel golden, LlamaWeights weights, Kernels kernels) {
        int[] targets = golden.ids("targets");
        float[] losses =
                new LossPass(weights, golden.batch(), golden.time(), kernels).run(golden.ids("tokens"), targets);
        double sum = 0;
        for (float loss : losses) {
            sum += loss;
        }
        return sum / Arrays.stream(targets).filter(target -> target >= 0).count();
    }

    private static void assertClose(String what, double actual, double expected) {
        assertThat(actual).as(what).isCloseTo(expected, withinPercentage(PERCENT));
    }
}
