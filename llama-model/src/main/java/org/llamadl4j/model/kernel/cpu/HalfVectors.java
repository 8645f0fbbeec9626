package org.llamadl4j.model.kernel.cpu;

import java.nio.ByteBuffer;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** What the two types of 16 bits have in common: how they come in pairs, and which are finite. */
final class HalfVectors {

    /** Numbers of a vector of ints, each of which holds an even one low and the odd one after it high. */
    static final int PAIRED = 2 * Lanes.COUNT;

    /** Bytes of as many halves as there are lanes. */
    static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Lanes.FLOATS.vectorBitSize() / 2));

    private static final int HALVES_OF_LONG = Long.BYTES / Short.BYTES;

    /** Times a half: four of it. */
    private static final long EACH = 0x0001_0001_0001_0001L;

    private static final long EACH_SIGN = 0x8000_8000_8000_8000L;

    private HalfVectors() {}

    /** Of each {@link #PAIRED} numbers first the even ones, then the odd. */
    static void arrange(float[] x, int start, int columns, float scale, float[] arranged) {
        for (int i = 0; i < columns; i += PAIRED) {
            for (int lane = 0; lane < Lanes.COUNT; lane++) {
                arranged[i + lane] = scale * x[start + i + 2 * lane];
                arranged[i + Lanes.COUNT + lane] = scale * x[start + i + 2 * lane + 1];
            }
        }
    }

    /**
     * Whether {@code count} halves are finite: infinite ones and NaN have all bits of the exponent, so that one at its
     * lowest bit carries into the sign's place. A long holds four. Not vectors, because opening a model is the first that
     * is done with its weights, and a loop without them is compiled before it has read much.
     *
     * @param exponent its bits in a half
     */
    static boolean isFinite(ByteMemory.Window window, int index, int count, int exponent) {
        ByteBuffer bytes = window.bytes();
        long exponents = EACH * exponent;
        long lowest = EACH * Integer.lowestOneBit(exponent);
        int whole = count / (RowFormat.ROWS * HALVES_OF_LONG) * HALVES_OF_LONG;
        int run = whole * Short.BYTES;
        long carried = 0;
        for (int at = index; at < index + run; at += Long.BYTES) {
            // Runs that are read side by side keep memory busy.
            carried |= (bytes.getLong(at) & exponents) + lowest
                    | (bytes.getLong(at + run) & exponents) + lowest
                    | (bytes.getLong(at + 2 * run) & exponents) + lowest
                    | (bytes.getLong(at + 3 * run) & exponents) + lowest;
        }
        for (int i = RowFormat.ROWS * whole; i < count; i++) {
            carried |= (bytes.getShort(index + i * Short.BYTES) & exponent) + Integer.lowestOneBit(exponent);
        }
        return (carried & EACH_SIGN) == 0;
    }
}
