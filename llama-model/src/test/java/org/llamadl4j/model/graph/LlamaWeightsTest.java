package org.llamadl4j.model.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

class LlamaWeightsTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    /** The embedding has more elements than are copied to the device at once. */
    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(128)
            .layers(8)
            .heads(4)
            .kvHeads(2)
            .hiddenDim(320)
            .vocabSize(700)
            .contextLength(16)
            .normEps(1e-5)
            .ropeTheta(10000)
            .build();

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    private static float[] values(Tensor tensor) {
        float[] values = new float[(int) tensor.size()];
        KERNELS.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }

    private static double deviation(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum / values.length);
    }

    @Test
    void startTrainingWithTheirDeviations() {
        LlamaWeights weights = LlamaWeights.initialise(CONFIG, 1, KERNELS);
        for (String name : weights.names()) {
            float[] values = values(weights.get(name));
            if (weights.get(name).shape().length == 1) {
                assertThat(values).as(name).containsOnly(1);
            } else {
                // The branches that write to the residual stream: 0.02 / √(2·8).
                double expected = name.contains(".wo.") || name.contains(".w2.") ? 0.005 : 0.02;
                assertThat(deviation(values)).as(name).isCloseTo(expected, within(expected * 0.03));
            }
        }
    }

    @Test
    void dependOnSeedAndNameAlone() {
        LlamaWeights weights = LlamaWeights.initialise(CONFIG, 1, KERNELS);
        LlamaWeights same = LlamaWeights.initialise(CONFIG.withTiedEmbeddings(true), 1, KERNELS);
        LlamaWeights other = LlamaWeights.initialise(CONFIG, 2, KERNELS);
        for (String name : same.names()) {
            assertThat(values(same.get(name))).as(name).isEqualTo(values(weights.get(name)));
        }
        assertThat(values(other.get(LlamaWeights.wq(0)))).isNotEqualTo(values(weights.get(LlamaWeights.wq(0))));
        assertThat(values(weights.get(LlamaWeights.wq(1)))).isNotEqualTo(values(weights.get(LlamaWeights.wq(0))));
    }

    @Test
    void areAsManyAsTheConfigurationSays() {
        for (LlamaConfig config : new LlamaConfig[] {CONFIG, CONFIG.withTiedEmbeddings(true)}) {
            LlamaWeights weights = LlamaWeights.zeros(config, KERNELS);
            assertThat(weights.names().stream()
                            .mapToLong(name -> weights.get(name).size())
                            .sum())
                    .isEqualTo(config.parameterCount());
        }
    }
}
