package org.llamadl4j.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.error.UserError;

class TokenBatchesTest {

    @Property(tries = 200)
    void anEpochVisitsEveryTokenOnceButForLessThanAWindow(
            @ForAll @IntRange(min = 2, max = 500) int count,
            @ForAll @IntRange(min = 1, max = 60) int time,
            @ForAll long seed) {
        Assume.that(count > time);
        TokenBatches batches = new TokenBatches(ArraySplit.counting(count), 1, time, seed);
        int[] tokens = new int[time];
        int[] targets = new int[time];
        for (int epoch = 0; epoch < 3; epoch++) {
            int[] inputs = new int[count];
            int[] predicted = new int[count];
            for (long window = 0; window < batches.windowsPerEpoch(); window++) {
                batches.next(tokens, targets);
                for (int i = 0; i < time; i++) {
                    inputs[tokens[i]]++;
                    predicted[targets[i]]++;
                    assertThat(targets[i]).isEqualTo((tokens[i] + 1) % count);
                }
            }
            int left = count % time;
            assertThat(inputs).containsOnly(left == 0 ? new int[] {1} : new int[] {0, 1});
            assertThat(Arrays.stream(inputs).filter(visits -> visits == 0)).hasSize(left);
            assertThat(Arrays.stream(predicted).filter(visits -> visits == 0)).hasSize(left);
            assertThat(Arrays.stream(predicted).max()).hasValue(1);
        }
    }

    @Property(tries = 200)
    void seekingEqualsSkippingWhateverTheBatchSize(
            @ForAll @IntRange(max = 200) int skipped,
            @ForAll @IntRange(min = 1, max = 7) int batch,
            @ForAll long seed) {
        int time = 5;
        ArraySplit split = ArraySplit.counting(123);
        TokenBatches one = new TokenBatches(split, 1, time, seed);
        for (int i = 0; i < skipped; i++) {
            one.next(new int[time], new int[time]);
        }
        assertThat(one.cursor()).isEqualTo(skipped);
        TokenBatches many = new TokenBatches(split, batch, time, seed);
        many.seek(skipped);
        int[] tokens = new int[batch * time];
        int[] targets = new int[batch * time];
        many.next(tokens, targets);
        assertThat(many.cursor()).isEqualTo(skipped + batch);
        for (int row = 0; row < batch; row++) {
            int[] rowTokens = new int[time];
            int[] rowTargets = new int[time];
            one.next(rowTokens, rowTargets);
            assertThat(Arrays.copyOfRange(tokens, row * time, (row + 1) * time)).isEqualTo(rowTokens);
            assertThat(Arrays.copyOfRange(targets, row * time, (row + 1) * time))
                    .isEqualTo(rowTargets);
        }
    }

    @Test
    void epochsAndSeedsDifferInOrderAndInWindows() {
        List<List<Integer>> orders = new ArrayList<>();
        List<Integer> phases = new ArrayList<>();
        for (long seed = 0; seed < 4; seed++) {
            TokenBatches batches = new TokenBatches(ArraySplit.counting(10_000), 1, 10, seed);
            for (int epoch = 0; epoch < 4; epoch++) {
                List<Integer> starts = starts(batches, 1000);
                phases.add(starts.get(0) % 10);
                orders.add(starts.stream().map(start -> start / 10).toList());
            }
        }
        assertThat(orders).doesNotHaveDuplicates();
        assertThat(phases.stream().distinct().count()).isGreaterThan(4);
    }

    @Test
    void neighboursInTheDataAreFarApartInTheOrder() {
        List<Integer> starts = starts(new TokenBatches(ArraySplit.counting(10_000), 1, 10, 7), 1000);
        int near = 0;
        for (int i = 1; i < starts.size(); i++) {
            near += Math.abs(starts.get(i) - starts.get(i - 1)) <= 100 ? 1 : 0;
        }
        // Of 1000 pairs in a random order, 2 % are within ten windows.
        assertThat(near).isBetween(5, 45);
    }

    @Property(tries = 500)
    void aWindowOrderIsAPermutation(@ForAll @IntRange(min = 1, max = 2000) int size, @ForAll long key) {
        boolean[] seen = new boolean[size];
        for (int i = 0; i < size; i++) {
            int at = Math.toIntExact(new WindowOrder(size, key).at(i));
            assertThat(seen[at]).isFalse();
            seen[at] = true;
        }
    }

    @Test
    void aWindowOrderOfTrillionsStaysInRange() {
        WindowOrder order = new WindowOrder(3_000_000_000_001L, 5);
        for (long i = 0; i < 1000; i++) {
            assertThat(order.at(3_000_000_000_000L - i)).isBetween(0L, 3_000_000_000_000L);
        }
    }

    @Test
    void aContextLongerThanTheDataIsRefusedWithTheNumbers() {
        ArraySplit split = ArraySplit.counting(100);
        assertThatThrownBy(() -> new TokenBatches(split, 1, 100, 0))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("context of 100 tokens")
                .hasMessageContaining("101")
                .hasMessageContaining("there are 100;");
        assertThat(new TokenBatches(split, 1, 99, 0).windowsPerEpoch()).isEqualTo(1);
    }

    private static List<Integer> starts(TokenBatches batches, int count) {
        List<Integer> starts = new ArrayList<>();
        int[] tokens = new int[10];
        for (int i = 0; i < count; i++) {
            batches.next(tokens, new int[10]);
            starts.add(tokens[0]);
        }
        return starts;
    }
}
