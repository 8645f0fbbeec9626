package org.llamadl4j.model.checkpoint;

/**
 * One element of a quantised block in float64, from the public definition of each format, written apart from the
 * program's decoders: from the element to its bits, not from the bytes to the elements.
 */
final class ReferenceBlocks {

    private ReferenceBlocks() {}

    /** Where a block has its binary16 scales. */
    static int[] scalesAt(GgmlType type) {
        return switch (type) {
            case Q4_0, Q8_0 -> new int[] {0};
            case Q4_K -> new int[] {0, 2};
            case Q6_K -> new int[] {208};
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    /** Element {@code i} of the block at {@code at}. */
    static double element(GgmlType type, byte[] bytes, int at, int i) {
        return scaled(type, bytes, at, i) - subtracted(type, bytes, at, i);
    }

    /** The size of what is added and subtracted, by which rounding is measured. */
    static double magnitude(GgmlType type, byte[] bytes, int at, int i) {
        return Math.abs(scaled(type, bytes, at, i)) + Math.abs(subtracted(type, bytes, at, i));
    }

    private static double scaled(GgmlType type, byte[] bytes, int at, int i) {
        switch (type) {
            case Q8_0:
                return half(bytes, at) * bytes[at + 2 + i];
            case Q4_0:
                // Bit 4·(i div 16) of byte i mod 16, an offset of 8.
                return half(bytes, at) * (bits(bytes, (at + 2 + i % 16) * 8L + i / 16 * 4, 4) - 8);
            case Q4_K: {
                // Quants: 64 elements share 32 bytes, the first 32 in the low nibbles.
                int quant = bits(bytes, (at + 16 + i / 64 * 32 + i % 32) * 8L + (i % 64 < 32 ? 0 : 4), 4);
                return half(bytes, at) * kScale(bytes, at + 4, i / 32) * quant;
            }
            case Q6_K: {
                int k = i % 128 / 32;
                int byteInHalf = i % 32;
                int low = bits(
                        bytes,
                        (at + i / 128 * 64L + byteInHalf + (k == 1 || k == 3 ? 32 : 0)) * 8 + (k >= 2 ? 4 : 0),
                        4);
                int high = bits(bytes, (at + 128 + i / 128 * 32L + byteInHalf) * 8 + 2 * k, 2);
                return half(bytes, at + 208) * bytes[at + 192 + i / 16] * (low + 16 * high - 32);
            }
            default:
                throw new IllegalArgumentException(type.name());
        }
    }

    private static double subtracted(GgmlType type, byte[] bytes, int at, int i) {
        return type == GgmlType.Q4_K ? half(bytes, at + 2) * kMin(bytes, at + 4, i / 32) : 0;
    }

    /** The layout that the definition draws: scales of groups 4 to 7 have bits 4 and 5 on top of groups 0 to 3. */
    private static int kScale(byte[] bytes, int at, int group) {
        return group < 4
                ? bits(bytes, (at + group) * 8L, 6)
                : bits(bytes, (at + 8 + group - 4) * 8L, 4) + 16 * bits(bytes, (at + group - 4) * 8L + 6, 2);
    }

    private static int kMin(byte[] bytes, int at, int group) {
        return group < 4
                ? bits(bytes, (at + 4 + group) * 8L, 6)
                : bits(bytes, (at + 8 + group - 4) * 8L + 4, 4) + 16 * bits(bytes, (at + group) * 8L + 6, 2);
    }

    /** {@code count} bits from bit {@code first} of the array on, the lowest of a byte first. */
    private static int bits(byte[] bytes, long first, int count) {
        int value = 0;
        for (int bit = 0; bit < count; bit++) {
            long position = first + bit;
            value += (bytes[(int) (position / 8)] >> position % 8 & 1) << bit;
        }
        return value;
    }

    private static double half(byte[] bytes, int at) {
        int sign = bits(bytes, at * 8L + 15, 1) == 1 ? -1 : 1;
        int exponent = bits(bytes, at * 8L + 10, 5);
        int fraction = bits(bytes, at * 8L, 10);
        return sign * (exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Math.pow(2, exponent - 25));
    }
}
