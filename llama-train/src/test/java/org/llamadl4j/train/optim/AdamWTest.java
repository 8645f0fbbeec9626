package org.llamadl4j.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.train.config.TrainConfig;

class AdamWTest {

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(8)
            .layers(1)
            .heads(2)
            .kvHeads(1)
            .hiddenDim(5)
            .vocabSize(7)
            .contextLength(4)
            .normEps(1e-5)
            .ropeTheta(10000)
            .build();

    private final Kernels kernels = CpuKernels.create(2);
    private final Random random = new Random(1);

    @AfterEach
    void close() {
        kernels.close();
    }

    @Test
    void updatesAsTheFormulasSay() {
        TrainConfig.Optimizer recipe = new TrainConfig.Optimizer(1e-2, 0.9, 0.95, 1e-8, 0.1, 1.0);
        LlamaWeights weights = LlamaWeights.initialise(CONFIG, 1, kernels);
        LlamaWeights gradients = LlamaWeights.zeros(CONFIG, kernels);
        AdamW optimizer = new AdamW(weights, recipe, kernels);
        Map<String, Reference> references = new HashMap<>();
        weights.names().forEach(name -> references.put(name, new Reference(values(weights.get(name)))));

        for (int step = 1; step <= 10; step++) {
            double learningRate = 1e-2 / step;
            for (String name : gradients.names()) {
                fillRandomly(gradients.get(name));
                double decay = gradients.get(name).shape().length > 1 ? 0.1 : 0;
                references.get(name).update(step, values(gradients.get(name)), learningRate, decay, 0.5);
            }
            optimizer.update(step, gradients, learningRate, 0.5);
        }

        weights.names()
                .forEach(name -> assertThat(values(weights.get(name)))
                        .as(name)
                        .containsExactly(references.get(name).weights, within(1e-6)));
    }

    @Test
    void normIsThatOfAllGradientsTogether() {
        LlamaWeights gradients = LlamaWeights.zeros(CONFIG, kernels);
        double sum = 0;
        for (String name : gradients.names()) {
            fillRandomly(gradients.get(name));
            for (double value : values(gradients.get(name))) {
                sum += value * value;
            }
        }

        assertThat(GradientClipping.norm(gradients, kernels)).isEqualTo(Math.sqrt(sum), within(1e-5));
    }

    @Test
    void onlyLongGradientsAreScaledAndThenToTheLimit() {
        GradientClipping clipping = new GradientClipping(2);

        assertThat(clipping.scale(0)).isEqualTo(1);
        assertThat(clipping.scale(1.99)).isEqualTo(1);
        assertThat(clipping.scale(8)).isEqualTo(0.25);
    }

    private void fillRandomly(Tensor tensor) {
        float[] values = new float[(int) tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        kernels.write(values, 0, tensor.buffer(), 0, values.length);
    }

    private double[] values(Tensor tensor) {
        float[] values = new float[(int) tensor.size()];
        kernels.read(tensor.buffer(), 0, values, 0, values.length);
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** Algorithm 2 of Loshchilov and Hutter (2019) in float64, element by element. */
    private static final class Reference {

        private final double[] weights;
        private final double[] m;
        private final double[] v;

        Reference(double[] weights) {
            this.weights = weights;
            this.m = new double[weights.length];
            this.v = new double[weights.length];
        }

        void update(int step, double[] gradients, double learningRate, double decay, double scale) {
            for (int i = 0; i < weights.length; i++) {
                double gradient = scale * gradients[i];
                m[i] = 0.9 * m[i] + 0.1 * gradient;
                v[i] = 0.95 * v[i] + 0.05 * gradient * gradient;
                double mHat = m[i] / (1 - Math.pow(0.9, step));
                double vHat = v[i] / (1 - Math.pow(0.95, step));
                weights[i] -= learningRate * (mHat / (Math.sqrt(vHat) + 1e-8) + decay * weights[i]);
            }
        }
    }
}
