package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WorkersTest {

    @Property(tries = 60)
    void rangesCoverEveryElementOnce(
            @ForAll @IntRange(min = 1, max = 5) int threads,
            @ForAll @IntRange(min = 0, max = 1000) int count,
            @ForAll @IntRange(min = 1, max = 300) int grain) {
        AtomicIntegerArray visits = new AtomicIntegerArray(count);
        try (Workers workers = new Workers(threads)) {
            workers.forRanges(count, grain, (worker, from, to) -> {
                assertThat(from % grain).isZero();
                for (int i = from; i < to; i++) {
                    visits.incrementAndGet(i);
                }
            });
        }
        for (int i = 0; i < count; i++) {
            assertThat(visits.get(i)).isOne();
        }
    }

    @Test
    void everyWorkerHasItsOwnThreadAndKeepsIt() {
        try (Workers workers = new Workers(3)) {
            ConcurrentMap<Integer, Thread> threads = new ConcurrentHashMap<>();
            workers.run(worker -> threads.put(worker.index(), Thread.currentThread()));
            assertThat(threads.values()).doesNotHaveDuplicates().hasSize(3);
            assertThat(threads.get(0)).isSameAs(Thread.currentThread());
            for (int i = 0; i < 100; i++) {
                workers.run(worker -> assertThat(Thread.currentThread()).isSameAs(threads.get(worker.index())));
            }
        }
    }

    @Test
    void whatAWorkerThrowsReachesTheCallerAndTheNextCallStillRuns() {
        try (Workers workers = new Workers(3)) {
            assertThatThrownBy(() -> workers.run(worker -> {
                        if (worker.index() == 2) {
                            throw new IndexOutOfBoundsException("part two");
                        }
                    }))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("part two");
            assertThatThrownBy(() -> workers.run(worker -> {
                        throw new IllegalStateException("part " + worker.index());
                    }))
                    .hasMessage("part 0")
                    .hasSuppressedException(new IllegalStateException("part 1"));
            AtomicIntegerArray visits = new AtomicIntegerArray(3);
            workers.run(worker -> visits.incrementAndGet(worker.index()));
            assertThat(visits.toString()).isEqualTo("[1, 1, 1]");
        }
    }

    @Test
    void sleepingWorkersWakeUp() {
        try (Workers workers = new Workers(2)) {
            AtomicIntegerArray visits = new AtomicIntegerArray(2);
            ConcurrentMap<Integer, Thread> threads = new ConcurrentHashMap<>();
            workers.run(worker -> threads.put(worker.index(), Thread.currentThread()));
            while (threads.get(1).getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            workers.run(worker -> visits.incrementAndGet(worker.index()));
            assertThat(visits.toString()).isEqualTo("[1, 1]");
        }
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        Workers workers = new Workers(2);
        ConcurrentMap<Integer, Thread> threads = new ConcurrentHashMap<>();
        workers.run(worker -> threads.put(worker.index(), Thread.currentThread()));
        workers.close();
        threads.get(1).join(10_000);
        assertThat(threads.get(1).isAlive()).isFalse();
        assertThatThrownBy(() -> workers.run(worker -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void thereIsAtLeastOneThread() {
        assertThatThrownBy(() -> new Workers(0)).hasMessage("threads must be at least 1, not 0");
    }
}
