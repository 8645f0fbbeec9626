package org.llamadl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.nd4j.linalg.api.ndarray.INDArray;

class ActivationPassTest {

    private static final Kernels KERNELS = CpuKernels.create(1);
    private static final LlamaConfig CONFIG = LlamaConfig.preset("260k").withLayers(2);
    private static final int[] TOKENS = {1, 17, 300, 42, 7, 511, 17};

    private final LlamaWeights weights = LlamaWeights.initialise(CONFIG, 3, KERNELS);

    @Test
    void hasEveryNodeInTheOrderOfTheForwardPass() {
        Map<String, INDArray> activations = run();
        assertThat(activations.keySet())
                .startsWith("embedding", "layers.0.attention_input")
                .contains("layers.1.q", "layers.1.attention", "layers.1.product")
                .endsWith("hidden");
        assertThat(activations.get("layers.0.q").shape()).containsExactly(TOKENS.length, CONFIG.queryDim());
        assertThat(activations.get("layers.0.k").shape()).containsExactly(TOKENS.length, CONFIG.kvDim());
        assertThat(activations.get("layers.1.gate").shape()).containsExactly(TOKENS.length, CONFIG.hiddenDim());
    }

    /** What it keeps is what the model computes: its last row, through the output head, gives the model's logits. */
    @Test
    void theLastRowGivesTheLogitsOfTheModel() {
        float[] hidden = run().get("hidden").getRow(TOKENS.length - 1).toFloatVector();
        float[] logits = new LogitsPass(weights, KERNELS).run(TOKENS, TOKENS.length);
        float[] row = new float[CONFIG.dim()];
        for (int id = 0; id < CONFIG.vocabSize(); id += 37) {
            KERNELS.read(weights.output().buffer(), (long) id * row.length, row, 0, row.length);
            double logit = 0;
            for (int i = 0; i < row.length; i++) {
                logit += (double) hidden[i] * row[i];
            }
            assertThat((double) logits[id]).isCloseTo(logit, within(1e-5));
        }
    }

    /** Nothing is written over by what comes after it: queries before rotation are not those after. */
    @Test
    void keepsWhatAPlanWouldWriteOver() {
        Map<String, INDArray> activations = run();
        INDArray before = activations.get("layers.0.xq");
        INDArray after = activations.get("layers.0.q");
        assertThat(before.getRow(0)).isEqualTo(after.getRow(0));
        assertThat(before.getRow(1)).isNotEqualTo(after.getRow(1));
    }

    private Map<String, INDArray> run() {
        return new ActivationPass(weights, TOKENS.length, KERNELS).run(TOKENS);
    }
}
