package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Where the CPU keeps a key or a value in the memory of a cache. Slots, a position each, come in blocks; a block holds one
 * head after another, so that a head's part of it is read in one piece, and the first slots of a sequence are one piece
 * too. Of keys a head's part has a slot a column (K rows), so that scores need no sums across lanes; of values a slot a
 * row (K columns).
 *
 * @param sequences S
 * @param slots C, positions that are kept of a sequence
 * @param kvHeads G
 * @param headDim K
 */
record CacheLayout(int sequences, int slots, int kvHeads, int headDim) {

    /** Slots of a block, but for the last. */
    static final int BLOCK = 64;

    /** The layout of {@code keys} and of {@code values}, both (S,C,G,K). */
    static CacheLayout of(Tensor keys, Tensor values) {
        long[] shape = keys.shape();
        Expect.that(shape.length == 4, "keys must be (S,C,G,K), not %s", keys);
        Expect.that(Arrays.equals(shape, values.shape()), "keys are %s and values %s", keys, values);
        return new CacheLayout((int) shape[0], (int) shape[1], (int) shape[2], (int) shape[3]);
    }

    /** The slot of {@code position}. */
    int slot(int position) {
        return position % slots;
    }

    int blocks() {
        return (slots + BLOCK - 1) / BLOCK;
    }

    /** Slots of block {@code block}. */
    int width(int block) {
        return Math.min(BLOCK, slots - block * BLOCK);
    }

    /** Where the part of head {@code head} of block {@code block} of sequence {@code sequence} starts. */
    int start(int sequence, int block, int head) {
        return sequenceStart(sequence) + (block * BLOCK * kvHeads + head * width(block)) * headDim;
    }

    int sequenceStart(int sequence) {
        return sequence * slots * kvHeads * headDim;
    }

    /** Numbers of the blocks that hold the first {@code count} slots of a sequence. */
    int prefix(int count) {
        return Math.min(slots, Lanes.roundUp(count, BLOCK)) * kvHeads * headDim;
    }
}
