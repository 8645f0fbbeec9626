package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

class KvCacheTest {

    private static final Kernels KERNELS = CpuKernels.create(1);
    private static final LlamaConfig CONFIG = LlamaConfig.preset("260k");

    private static KvCache cache(int slots, int... lengths) {
        KvCache cache = new KvCache(CONFIG, lengths.length, slots, KERNELS);
        for (int sequence = 0; sequence < lengths.length; sequence++) {
            for (int i = 0; i < lengths[sequence]; i++) {
                assertThat(cache.append(sequence)).isEqualTo(i);
            }
        }
        return cache;
    }

    @Test
    void saysHowLargeItIs() {
        // Keys and values of 5 layers, 4 heads of 8, in float32.
        assertThat(KvCache.bytes(CONFIG, 3, 100)).isEqualTo(2L * 5 * 4 * 8 * 4 * 3 * 100);
        assertThat(cache(100, 0, 0, 0).bytes()).isEqualTo(KvCache.bytes(CONFIG, 3, 100));
        assertThat(KvCache.bytes(LlamaConfig.preset("65b"), 64, 2048)).isEqualTo(2L * 80 * 64 * 2048 * 8192 * 4);
    }

    @Test
    void refusesMoreThanTheDeviceHoldsBeforeItAllocates() {
        assertThatThrownBy(() -> new KvCache(LlamaConfig.preset("65b"), 64, 2048, KERNELS))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("64 sequences of 2048 positions")
                .hasMessageContaining("fewer or shorter");
    }

    @Test
    void sequencesCanBeTakenBack() {
        KvCache cache = cache(10, 7, 3);
        cache.truncate(0, 5);
        assertThat(cache.length(0)).isEqualTo(5);
        assertThat(cache.length(1)).isEqualTo(3);
        assertThatThrownBy(() -> cache.truncate(0, 6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("first 6 positions of sequence 0, which has 5");
        cache.truncate(0, 0);
        assertThat(cache.length(0)).isZero();
    }

    @Test
    void aRingCannotGoBackToWhatItGaveUp() {
        KvCache cache = cache(4, 6);
        assertThatThrownBy(() -> cache.truncate(0, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds those from 2 on");
        // A token at position 5 attends to 2, 3, 4 and itself.
        cache.truncate(0, 5);
        assertThatThrownBy(() -> cache.truncate(0, 4)).isInstanceOf(IllegalArgumentException.class);
        cache.truncate(0, 0);
        cache.append(0);
        cache.append(0);
        cache.truncate(0, 1);
        assertThat(cache.length(0)).isEqualTo(1);
    }

    @Test
    void aForkIsAsLongAsThePrefix() {
        KvCache cache = cache(10, 7, 3);
        cache.fork(0, 1, 6);
        assertThat(cache.length(0)).isEqualTo(7);
        assertThat(cache.length(1)).isEqualTo(6);
        cache.fork(0, 0, 2);
        assertThat(cache.length(0)).isEqualTo(2);
        cache.fork(0, 1, 0);
        assertThat(cache.length(1)).isZero();
        assertThatThrownBy(() -> cache.fork(0, 1, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cache.fork(0, 2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aForkOfARingInheritsWhatIsGone() {
        KvCache cache = cache(4, 6, 0);
        cache.fork(0, 1, 6);
        assertThatThrownBy(() -> cache.truncate(1, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cache.fork(0, 1, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
