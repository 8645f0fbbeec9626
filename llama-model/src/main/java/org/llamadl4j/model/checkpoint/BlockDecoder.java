package org.llamadl4j.model.checkpoint;

import java.nio.ByteBuffer;
import org.llamadl4j.model.kernel.Float16;

/**
 * One block of each quantised type of ggml to float32. Each method reads the block at {@code from} of {@code source} and
 * writes its elements from index {@code to} on.
 */
final class BlockDecoder {

    private BlockDecoder() {}

    /** Scale d, 32 signed bytes q: d·q. */
    static void q8With0(ByteBuffer source, int from, float[] target, int to) {
        float scale = Float16.toFloat(source.getShort(from));
        for (int i = 0; i < 32; i++) {
            target[to + i] = scale * source.get(from + 2 + i);
        }
    }

    /** Scale d, 16 bytes: the low nibbles q are elements 0 to 15, the high ones 16 to 31: d·(q − 8). */
    static void q4With0(ByteBuffer source, int from, float[] target, int to) {
        float scale = Float16.toFloat(source.getShort(from));
        for (int i = 0; i < 16; i++) {
            int pair = source.get(from + 2 + i);
            target[to + i] = scale * ((pair & 15) - 8);
            target[to + 16 + i] = scale * ((pair >> 4 & 15) - 8);
        }
    }

    /**
     * Eight groups of 32 elements: d·scale·q − dmin·min. After d and dmin, 12 bytes with a scale and a min of 6 bits for
     * each group, then 128 bytes of nibbles: of each 32 the low ones are one group, the high ones the next.
     */
    static void q4WithK(ByteBuffer source, int from, float[] target, int to) {
        float scale = Float16.toFloat(source.getShort(from));
        float minScale = Float16.toFloat(source.getShort(from + 2));
        for (int group = 0; group < 8; group++) {
            float groupScale = scale * sixBits(source, from + 4, group, 0);
            float min = minScale * sixBits(source, from + 4, group, 4);
            int nibbles = from + 16 + group / 2 * 32;
            int shift = group % 2 * 4;
            for (int i = 0; i < 32; i++) {
                target[to + 32 * group + i] = groupScale * (source.get(nibbles + i) >> shift & 15) - min;
            }
        }
    }

    /**
     * The scale ({@code part} 0) or min ({@code part} 4) of a group. Those of groups 0 to 3 are the low six bits of
     * bytes 0 to 7; those of groups 4 to 7 have their low nibbles in bytes 8 to 11, scales low and mins high, and their
     * upper two bits above the six of bytes 0 to 7.
     */
    private static int sixBits(ByteBuffer source, int at, int group, int part) {
        if (group < 4) {
            return source.get(at + part + group) & 63;
        }
        int low = source.get(at + 4 + group) >> part & 15;
        int high = source.get(at + part + group - 4) >> 6 & 3;
        return high << 4 | low;
    }

    /**
     * Sixteen groups of 16 elements: d·scale·(q − 32). 128 bytes of low nibbles, 64 of upper bit pairs, 16 signed scales,
     * d. Each half of the block has 64 and 32 of these bytes: its elements 32·k to 32·k + 31 have their nibbles in the
     * low (k &lt; 2) or high halves of 32 bytes, which those of odd k share, and their pairs at bits 2·k.
     */
    static void q6WithK(ByteBuffer source, int from, float[] target, int to) {
        float scale = Float16.toFloat(source.getShort(from + 208));
        for (int i = 0; i < 256; i++) {
            int half = i / 128;
            int k = i % 128 / 32;
            int low = source.get(from + 64 * half + 32 * (k % 2) + i % 32) >> 4 * (k / 2) & 15;
            int high = source.get(from + 128 + 32 * half + i % 32) >> 2 * k & 3;
            target[to + i] = scale * source.get(from + 192 + i / 16) * ((high << 4 | low) - 32);
        }
    }
}
