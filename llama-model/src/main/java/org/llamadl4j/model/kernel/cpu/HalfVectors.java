package org.llamadl4j.model.kernel.cpu;

import java.nio.ByteBuffer;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** What the two types of 16 bits have in common: how they come in pairs. */
final class HalfVectors {

    /** Numbers of a vector of ints, each of which holds an even one low and the odd one after it high. */
    static final int PAIRED = 2 * Lanes.COUNT;

    /** Bytes of as many halves as there are lanes. */
    static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Lanes.FLOATS.vectorBitSize() / 2));

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

    /** The bits of the largest magnitude among {@code count} halves. */
    static int largest(ByteMemory.Window window, int index, int count) {
        int whole = count / PAIRED * PAIRED;
        int largest;
        try {
            largest = largest(window.vectors(), index, whole);
        } catch (Throwable e) {
            throw VectorLoads.unexpected(e);
        }
        ByteBuffer bytes = window.bytes();
        for (int i = whole; i < count; i++) {
            largest = Math.max(largest, bytes.getShort(index + i * Short.BYTES) & Short.MAX_VALUE);
        }
        return largest;
    }

    private static int largest(Object memory, int index, int count) throws Throwable {
        ShortVector largest = IntVector.zero(Lanes.INTS).reinterpretAsShorts();
        for (int i = 0; i < count; i += PAIRED) {
            IntVector bits = (IntVector) VectorLoads.INTS.invokeExact(memory, index + i * Short.BYTES);
            largest = largest.max(bits.and(0x7fff7fff).reinterpretAsShorts());
        }
        short[] lanes = new short[PAIRED];
        largest.intoArray(lanes, 0);
        int most = 0;
        for (short lane : lanes) {
            most = Math.max(most, lane);
        }
        return most;
    }
}
