package org.llamadl4j.model.kernel.cpu;

import java.util.LinkedHashMap;
import java.util.Map;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;

/**
 * Cosines and sines of one {@link RotaryEmbedding}, of one head a position: all heads turn alike. They come in blocks of
 * positions, made when one of them is asked for, of angles in float64; the block that was not used for longest is given
 * up for a new one when there are many. Threads share it.
 */
final class RotaryTable {

    /** Positions of a block. */
    static final int BLOCK = 256;

    /** Numbers of all blocks together: 64 MiB. */
    private static final int MOST_NUMBERS = 1 << 24;

    private final double[] frequencies;
    private final RotaryPairs pairs;
    private final int width;
    private final Map<Integer, Block> blocks;

    /** The cosines and sines of {@link #BLOCK} positions, {@link #width} numbers each. */
    record Block(float[] cos, float[] sin) {}

    RotaryTable(RotaryEmbedding rotary) {
        this.frequencies = rotary.frequencies();
        this.pairs = rotary.pairs();
        this.width = pairs == RotaryPairs.HALVES ? frequencies.length : wholeVectors(rotary.headDim());
        int most = Math.max(2, MOST_NUMBERS / (2 * BLOCK * width));
        this.blocks = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, Block> eldest) {
                return size() > most;
            }
        };
    }

    /** As many heads as end where a vector does. */
    private static int wholeVectors(int headDim) {
        int width = headDim;
        while (width % Lanes.COUNT != 0) {
            width += headDim;
        }
        return width;
    }

    /**
     * Numbers of a position. Of halves K/2: that of pair i is at i. Of adjacent pairs a multiple of K and of the lanes of
     * a vector: that of each number of a head is at its own place, and the sine of the first of a pair is negative.
     */
    int width() {
        return width;
    }

    /** The positions from {@link #BLOCK} · {@code index} on. */
    synchronized Block block(int index) {
        return blocks.computeIfAbsent(index, this::compute);
    }

    private Block compute(int index) {
        float[] cos = new float[BLOCK * width];
        float[] sin = new float[cos.length];
        for (int i = 0; i < frequencies.length; i++) {
            for (int t = 0; t < BLOCK; t++) {
                double angle = ((double) index * BLOCK + t) * frequencies[i];
                float cosine = (float) Math.cos(angle);
                float sine = (float) Math.sin(angle);
                if (pairs == RotaryPairs.HALVES) {
                    cos[t * width + i] = cosine;
                    sin[t * width + i] = sine;
                } else {
                    for (int pair = t * width + 2 * i; pair < (t + 1) * width; pair += 2 * frequencies.length) {
                        cos[pair] = cosine;
                        cos[pair + 1] = cosine;
                        sin[pair] = -sine;
                        sin[pair + 1] = sine;
                    }
                }
            }
        }
        return new Block(cos, sin);
    }
}
