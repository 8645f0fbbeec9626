package org.llamadl4j.model.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llamadl4j.model.GradientPass;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

class ActivationPolicyTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    /** Two more layers cost what the formula says; what one layer needs for its own computation is the same. */
    @ParameterizedTest
    @EnumSource
    void theArenaGrowsByTheBytesThatTheFormulaGives(ActivationPolicy policy) {
        LlamaConfig config = LlamaConfig.preset("260k");
        int time = 128;
        long deeper = activationBytes(config.withLayers(8), time, policy);
        long base = activationBytes(config.withLayers(6), time, policy);
        double measured = (deeper - base) / (2.0 * time);
        assertThat(measured).isCloseTo(policy.bytesPerTokenAndLayer(config), within(0.5));
    }

    private static long activationBytes(LlamaConfig config, int time, ActivationPolicy policy) {
        LlamaWeights weights = LlamaWeights.zeros(config, KERNELS);
        LlamaWeights gradients = LlamaWeights.zeros(config, KERNELS);
        return new GradientPass(weights, gradients, 1, time, policy, KERNELS).activationBytes();
    }
}
