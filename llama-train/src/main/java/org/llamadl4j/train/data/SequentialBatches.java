package org.llamadl4j.train.data;

import java.util.Arrays;

/**
 * Batches that go once through a split from front to back, for its mean loss: every token but the first is a target
 * exactly once. The last batch is filled up with target {@value #NO_TARGET}.
 */
public final class SequentialBatches {

    /** The target where there is none; it has no loss. */
    public static final int NO_TARGET = -1;

    private final TokenSplit split;
    private final int batch;
    private final int time;
    private final int[] window;
    private long position;

    /**
     * @param batch B, windows of one batch
     * @param time T, tokens of one window
     */
    public SequentialBatches(TokenSplit split, int batch, int time) {
        if (batch < 1 || time < 1) {
            throw new IllegalArgumentException("batch %d, time %d".formatted(batch, time));
        }
        this.split = split;
        this.batch = batch;
        this.time = time;
        this.window = new int[time + 1];
    }

    /** How many targets there are in all. */
    public long targets() {
        return Math.max(0, split.tokens() - 1);
    }

    /**
     * Fills the next batch.
     *
     * @param tokens (B, T)
     * @param targets (B, T): the token after each of {@code tokens}, or {@value #NO_TARGET} where there is none
     * @return how many targets are in it; 0 behind the last batch
     */
    public int next(int[] tokens, int[] targets) {
        if (tokens.length != batch * time || targets.length != batch * time) {
            throw new IllegalArgumentException("%d tokens and %d targets where a batch is %d x %d"
                    .formatted(tokens.length, targets.length, batch, time));
        }
        Arrays.fill(tokens, 0);
        Arrays.fill(targets, NO_TARGET);
        int filled = 0;
        for (int row = 0; row < batch && position < targets(); row++) {
            int count = (int) Math.min(time, targets() - position);
            split.read(position, window, 0, count + 1);
            System.arraycopy(window, 0, tokens, row * time, count);
            System.arraycopy(window, 1, targets, row * time, count);
            position += count;
            filled += count;
        }
        return filled;
    }

    /** Goes back to the front. */
    public void reset() {
        position = 0;
    }
}
