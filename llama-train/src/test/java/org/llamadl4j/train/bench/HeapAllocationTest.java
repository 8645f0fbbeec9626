package org.llamadl4j.train.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapAllocationTest {

    @Test
    void anArrayIsSeen() {
        HeapAllocation heap = new HeapAllocation();
        long before = heap.bytes();

        byte[] array = new byte[10_000_000];

        assertThat(heap.bytes() - before).isGreaterThanOrEqualTo(array.length);
    }
}
