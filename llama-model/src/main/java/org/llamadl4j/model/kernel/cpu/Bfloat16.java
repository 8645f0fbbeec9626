package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * float32 numbers rounded to bfloat16, to the nearest and among two equally near to the one whose last bit is 0, as the
 * hardware does. Infinities stay, and so do the NaNs that arithmetic makes; numbers that round past the largest bfloat16
 * become infinite.
 */
final class Bfloat16 {

    private static final int TILE = 2048;
    private static final int UPPER_HALF = 0xffff0000;

    /** As many shorts as there are lanes. */
    private static final VectorSpecies<Short> HALVES =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Lanes.FLOATS.vectorBitSize() / 2));

    private Bfloat16() {}

    /** Writes the first {@code length} numbers of {@code source} to {@code target}, rounded. */
    static void convert(Workers workers, FloatMemory source, Bfloat16Memory target, int length) {
        workers.forRanges(length, CpuElementwise.GRAIN, (worker, from, to) -> {
            float[] tile = worker.scratch().floats(0, TILE);
            short[] halves = worker.scratch().shorts(TILE);
            for (int i = from; i < to; i += TILE) {
                int count = Math.min(TILE, to - i);
                source.get(i, tile, 0, count);
                convert(tile, halves, count);
                target.put(i, halves, count);
            }
        });
    }

    /** Writes the first {@code length} numbers of {@code source} to {@code target}, rounded and still float32. */
    static void round(Workers workers, FloatMemory source, FloatMemory target, int length) {
        workers.forRanges(length, CpuElementwise.GRAIN, (worker, from, to) -> {
            float[] tile = worker.scratch().floats(0, TILE);
            for (int i = from; i < to; i += TILE) {
                int count = Math.min(TILE, to - i);
                source.get(i, tile, 0, count);
                round(tile, count);
                target.put(i, tile, 0, count);
            }
        });
    }

    /** The numbers of whole vectors up to {@code length} or beyond; both arrays hold {@link #TILE}. */
    private static void convert(float[] tile, short[] halves, int length) {
        for (int i = 0; i < length; i += Lanes.COUNT) {
            IntVector upper = rounded(tile, i).lanewise(VectorOperators.LSHR, 16);
            ((ShortVector) upper.convertShape(VectorOperators.I2S, HALVES, 0)).intoArray(halves, i);
        }
    }

    private static void round(float[] tile, int length) {
        for (int i = 0; i < length; i += Lanes.COUNT) {
            rounded(tile, i).and(UPPER_HALF).reinterpretAsFloats().intoArray(tile, i);
        }
    }

    /** Bits whose upper halves are the rounded numbers. */
    private static IntVector rounded(float[] tile, int index) {
        IntVector bits = FloatVector.fromArray(Lanes.FLOATS, tile, index).reinterpretAsInts();
        IntVector lastBit = bits.lanewise(VectorOperators.LSHR, 16).and(1);
        return bits.add(lastBit).add(0x7fff);
    }
}
