package org.llamadl4j.model.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;

/**
 * The keys and values of S sequences, of the last C positions of each, so that a new token is computed without those before
 * it. Memory is fixed: {@link #bytes}, which the system hands out as it is used. A sequence that grows past C positions goes
 * on in a ring, and its tokens then attend to the C positions up to their own.
 */
public final class KvCache {

    private final LlamaConfig config;
    private final Kernels kernels;
    private final int slots;
    /** (S,C,G,K) of each layer. */
    private final List<Tensor> keys = new ArrayList<>();

    private final List<Tensor> values = new ArrayList<>();
    private final int[] lengths;
    /** Positions that each sequence has ever had since it was last empty: those from C before this on are kept. */
    private final int[] highest;

    /**
     * An empty cache.
     *
     * @param sequences S
     * @param slots C, positions that are kept of each
     * @throws UserError if one layer's part of it is more than a buffer of the device can hold
     */
    public KvCache(LlamaConfig config, int sequences, int slots, Kernels kernels) {
        if (sequences < 1 || slots < 1) {
            throw new IllegalArgumentException("%d sequences of %d positions".formatted(sequences, slots));
        }
        this.config = config;
        this.kernels = kernels;
        this.slots = slots;
        lengths = new int[sequences];
        highest = new int[sequences];
        long size = (long) sequences * slots * config.kvDim();
        if (size > kernels.maximumLength()) {
            throw UserError.failed(
                    "a cache of %d sequences of %d positions needs %,d numbers in one piece, and this device holds %,d;"
                            + " use fewer or shorter sequences",
                    sequences, slots, size, kernels.maximumLength());
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            keys.add(allocate(size));
            values.add(allocate(size));
        }
    }

    private Tensor allocate(long size) {
        return new Tensor(
                kernels.allocate(ElementType.FLOAT32, size), lengths.length, slots, config.kvHeads(), config.headDim());
    }

    /** Bytes of a cache of {@code sequences} sequences of {@code slots} positions; nothing is allocated. */
    public static long bytes(LlamaConfig config, int sequences, int slots) {
        return 2L * config.layers() * sequences * slots * config.kvDim() * Float.BYTES;
    }

    /** Bytes of this one. */
    public long bytes() {
        return bytes(config, sequences(), slots);
    }

    /** S. */
    public int sequences() {
        return lengths.length;
    }

    /** C. */
    public int slots() {
        return slots;
    }

    /** Positions that {@code sequence} has so far, also those that the ring no longer holds. */
    public int length(int sequence) {
        return lengths[sequence];
    }

    /**
     * Takes the end of {@code sequence} back, so that it goes on after its first {@code length} positions; 0 empties it.
     *
     * @throws IllegalArgumentException if it is shorter, or if the ring has given up what would come before
     */
    public void truncate(int sequence, int length) {
        requireKept(sequence, length);
        lengths[sequence] = length;
        if (length == 0) {
            highest[sequence] = 0;
        }
    }

    /**
     * Makes sequence {@code to} what the first {@code length} positions of {@code from} are, by a copy; what it was before is
     * given up.
     *
     * @throws IllegalArgumentException if {@code from} is shorter, or if the ring has given up what would come before
     */
    public void fork(int from, int to, int length) {
        Objects.checkIndex(to, sequences());
        requireKept(from, length);
        if (from == to) {
            truncate(from, length);
            return;
        }
        if (length > 0) {
            keys.forEach(tensor -> kernels.copyCache(tensor, from, to, length));
            values.forEach(tensor -> kernels.copyCache(tensor, from, to, length));
        }
        lengths[to] = length;
        highest[to] = highest[from] > slots && length > 0 ? highest[from] : length;
    }

    /**
     * Whether {@code sequence} can go on after its first {@code length} positions, of which it has as many: whether the ring
     * still holds what would come before.
     */
    public boolean keeps(int sequence, int length) {
        return length == 0 || firstNeeded(length) >= firstKept(sequence);
    }

    private int firstNeeded(int length) {
        return Math.max(0, length - slots + 1);
    }

    private int firstKept(int sequence) {
        return Math.max(0, highest[sequence] - slots);
    }

    private void requireKept(int sequence, int length) {
        Objects.checkIndex(sequence, sequences());
        if (length < 0 || length > lengths[sequence]) {
            throw new IllegalArgumentException("the first %d positions of sequence %d, which has %d"
                    .formatted(length, sequence, lengths[sequence]));
        }
        if (!keeps(sequence, length)) {
            throw new IllegalArgumentException(
                    "sequence %d cannot go on after %d positions: of its %d, the ring of %d holds those from %d on"
                            .formatted(sequence, length, highest[sequence], slots, firstKept(sequence)));
        }
    }

    /** The position of a token that is appended to {@code sequence} now. */
    int append(int sequence) {
        int position = lengths[sequence]++;
        highest[sequence] = Math.max(highest[sequence], lengths[sequence]);
        return position;
    }

    /** (S,C,G,K). */
    Tensor keys(int layer) {
        return keys.get(layer);
    }

    /** (S,C,G,K). */
    Tensor values(int layer) {
        return values.get(layer);
    }

    @Override
    public String toString() {
        return "KvCache of %d positions, lengths %s"
                .formatted(slots, IntStream.of(lengths).boxed().toList());
    }
}
