package org.llamadl4j.model.checkpoint;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Changes bytes of a valid file. */
final class ByteMutator {

    private static final long[] NASTY = {
        0, 1, -1, 31, 32, 255, 1 << 16, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32, 1L << 62, Long.MAX_VALUE
    };

    private ByteMutator() {}

    /** One to three changes, nearly all between {@code from} and {@code to}, where the file says what it holds. */
    static byte[] mutate(byte[] valid, int from, int to, SplittableRandom random) {
        byte[] bytes = valid.clone();
        for (int change = random.nextInt(3); change >= 0; change--) {
            boolean anywhere = random.nextInt(20) == 0 || bytes.length <= from;
            int at = anywhere ? random.nextInt(bytes.length) : random.nextInt(from, Math.min(to, bytes.length));
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2, 3 -> {
                    long value = NASTY[random.nextInt(NASTY.length)];
                    int width = 1 << random.nextInt(4);
                    for (int i = 0; i < width && at + i < bytes.length; i++) {
                        bytes[at + i] = (byte) (value >> 8 * i);
                    }
                }
                case 4 -> {
                    int source = random.nextInt(from, to);
                    int length = Math.min(random.nextInt(40), Math.min(bytes.length - at, valid.length - source));
                    System.arraycopy(valid, source, bytes, at, length);
                }
                default -> bytes = Arrays.copyOf(bytes, at + 1);
            }
        }
        return bytes;
    }
}
