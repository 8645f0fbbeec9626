package org.llamadl4j.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SequentialBatchesTest {

    @Property(tries = 300)
    void everyTokenButTheFirstIsATargetOnce(
            @ForAll @IntRange(max = 300) int count,
            @ForAll @IntRange(min = 1, max = 5) int batch,
            @ForAll @IntRange(min = 1, max = 40) int time) {
        SequentialBatches batches = new SequentialBatches(ArraySplit.counting(count), batch, time);
        int[] tokens = new int[batch * time];
        int[] targets = new int[batch * time];
        for (int pass = 0; pass < 2; pass++) {
            int next = 1;
            for (int filled; (filled = batches.next(tokens, targets)) > 0; ) {
                for (int i = 0; i < targets.length; i++) {
                    assertThat(targets[i]).isEqualTo(i < filled ? next : SequentialBatches.NO_TARGET);
                    assertThat(tokens[i]).isEqualTo(i < filled ? next - 1 : 0);
                    next += i < filled ? 1 : 0;
                }
            }
            assertThat(next).isEqualTo(Math.max(1, count));
            assertThat(batches.targets()).isEqualTo(next - 1);
            assertThat(targets).containsOnly(SequentialBatches.NO_TARGET);
            batches.reset();
        }
    }
}
