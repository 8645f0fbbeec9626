package org.llamadl4j.train.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessMemoryTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void linuxTellsHowMuchIsResidentAndHowMuchWas() {
        long resident = ProcessMemory.residentBytes();

        assertThat(resident).isGreaterThan(Runtime.getRuntime().totalMemory() / 100);
        assertThat(ProcessMemory.peakBytes()).isGreaterThanOrEqualTo(resident);
    }
}
