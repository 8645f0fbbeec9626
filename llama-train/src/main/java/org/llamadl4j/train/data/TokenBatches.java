package org.llamadl4j.train.data;

import org.llamadl4j.model.error.UserError;

/**
 * Training batches: windows of T tokens and, as targets, of the tokens one further, in a pseudo-random order without
 * end.
 *
 * <p>In every epoch the split, seen as a ring, is cut anew at a random place into n / T windows, and each of them comes
 * once; fewer than T tokens are left out. The order takes no memory and is a function of seed and {@link #cursor}
 * alone, so that a run goes on exactly where it stopped, with another batch size too.
 */
public final class TokenBatches {

    private final TokenSplit split;
    private final int batch;
    private final int time;
    private final long seed;
    private final long windowsPerEpoch;
    private final int[] window;
    private long cursor;

    /**
     * @param batch B, windows of one batch
     * @param time T, tokens of one window
     * @throws UserError if the split has not even one window
     */
    public TokenBatches(TokenSplit split, int batch, int time, long seed) {
        if (batch < 1 || time < 1) {
            throw new IllegalArgumentException("batch %d, time %d".formatted(batch, time));
        }
        if (split.tokens() <= time) {
            throw UserError.failed(
                    "a context of %,d tokens is longer than the data: it takes %,d tokens at least, and there are %,d;"
                            + " choose a shorter context or prepare more text",
                    time, time + 1L, split.tokens());
        }
        this.split = split;
        this.batch = batch;
        this.time = time;
        this.seed = seed;
        this.windowsPerEpoch = split.tokens() / time;
        this.window = new int[time + 1];
    }

    /**
     * Fills the next batch and moves the cursor behind it.
     *
     * @param tokens (B, T)
     * @param targets (B, T): the token after each of {@code tokens}
     */
    public void next(int[] tokens, int[] targets) {
        if (tokens.length != batch * time || targets.length != batch * time) {
            throw new IllegalArgumentException("%d tokens and %d targets where a batch is %d x %d"
                    .formatted(tokens.length, targets.length, batch, time));
        }
        for (int row = 0; row < batch; row++) {
            readWindow(cursor + row);
            System.arraycopy(window, 0, tokens, row * time, time);
            System.arraycopy(window, 1, targets, row * time, time);
        }
        cursor += batch;
    }

    /** How many windows were given out since the beginning. */
    public long cursor() {
        return cursor;
    }

    /** Goes to where {@code cursor} windows were given out. */
    public void seek(long cursor) {
        if (cursor < 0) {
            throw new IllegalArgumentException("cursor " + cursor);
        }
        this.cursor = cursor;
    }

    /** How many windows make an epoch. */
    public long windowsPerEpoch() {
        return windowsPerEpoch;
    }

    private void readWindow(long number) {
        long epochKey = WindowOrder.mix(seed, number / windowsPerEpoch);
        long index = new WindowOrder(windowsPerEpoch, epochKey).at(number % windowsPerEpoch);
        long phase = Long.remainderUnsigned(WindowOrder.mix(epochKey, -1), split.tokens());
        long start = (phase + index * time) % split.tokens();
        int beforeSeam = (int) Math.min(window.length, split.tokens() - start);
        split.read(start, window, 0, beforeSeam);
        split.read(0, window, beforeSeam, window.length - beforeSeam);
    }
}
