package org.llamadl4j.model.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.llamadl4j.model.checkpoint.WeightType;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;
import picocli.CommandLine;

class ComputeOptionsTest {

    private static ComputeOptions of(String... arguments) {
        return CommandLine.populateCommand(new ComputeOptions(), arguments);
    }

    @Test
    void computesOnAsManyThreadsAsAreAskedFor() {
        try (Kernels kernels = of("--threads", "3").kernels()) {
            assertThat(kernels.description()).contains("3 threads");
        }
        try (Kernels kernels = of("--threads", "1").kernels()) {
            assertThat(kernels.description()).contains("1 thread,");
        }
    }

    @Test
    void hasAThreadForEachCoreUnlessToldOtherwise() {
        String cores = Runtime.getRuntime().availableProcessors() + " thread";
        try (Kernels kernels = of().kernels()) {
            assertThat(kernels.description()).contains(cores);
        }
    }

    @Test
    void leavesWeightsAsTheyAreStoredUnlessToldOtherwise() {
        assertThat(of().weights()).isEmpty();
        assertThat(CommandLine.populateCommand(new ComputeOptions(), "--weights", WeightType.values()[0].name())
                        .weights())
                .contains(WeightType.values()[0]);
    }

    @Test
    void refusesFewerThanNoThreads() {
        ComputeOptions options = of("--threads", "-2");
        assertThatThrownBy(options::kernels)
                .isInstanceOf(UserError.class)
                .hasMessage("--threads must be 1 or more, or 0 for one for each core, not -2");
    }
}
