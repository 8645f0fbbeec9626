package org.llamadl4j.train.data;

/**
 * A pseudo-random order of the numbers 0 to {@code size - 1} that takes no memory: a Feistel network permutes the
 * smallest range of 2^(2h) numbers that covers them, and is applied again until it hits one of them (cycle walking).
 *
 * @param size how many numbers
 * @param key which order
 */
record WindowOrder(long size, long key) {

    private static final int ROUNDS = 6;

    /** The number at place {@code index}; every number is at one place. */
    long at(long index) {
        int half = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(size - 1) + 1) / 2);
        long value = index;
        do {
            value = permute(value, half);
        } while (value >= size);
        return value;
    }

    private long permute(long value, int half) {
        long mask = (1L << half) - 1;
        long left = value >>> half;
        long right = value & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long mixed = left ^ mix(key + round, right) & mask;
            left = right;
            right = mixed;
        }
        return left << half | right;
    }

    /** 64 well mixed bits of two numbers (the finaliser of SplitMix64, twice). */
    static long mix(long a, long b) {
        return mix(mix(a) + b);
    }

    /** The finaliser of SplitMix64 after its step: a bijection whose output bits all depend on all input bits. */
    static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
