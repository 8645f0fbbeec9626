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
        int whole = count / (RowFormat.ROWS * PAIRED) * PAIRED;
        short[] lanes = new short[PAIRED];
        try {
            largest(window.vectors(), index, whole, lanes);
        } catch (Throwable e) {
            throw VectorLoads.unexpected(e);
        }
        int largest = 0;
        for (short lane : lanes) {
            largest = Math.max(largest, lane);
        }
        ByteBuffer bytes = window.bytes();
        for (int i = RowFormat.ROWS * whole; i < count; i++) {
            largest = Math.max(largest, bytes.getShort(index + i * Short.BYTES) & Short.MAX_VALUE);
        }
        return largest;
    }

    /** Among {@link RowFormat#ROWS} runs of {@code count} halves, which are read side by side. */
    private static void largest(Object memory, int index, int count, short[] lanes) throws Throwable {
        ShortVector largest = IntVector.zero(Lanes.INTS).reinterpretAsShorts();
        IntVector magnitudes = IntVector.broadcast(Lanes.INTS, 0x7fff7fff);
        int run = count * Short.BYTES;
        for (int i = 0; i < count; i += PAIRED) {
            int at = index + i * Short.BYTES;
            IntVector bits0 = (IntVector) VectorLoads.INTS.invokeExact(memory, at);
            IntVector bits1 = (IntVector) VectorLoads.INTS.invokeExact(memory, at + run);
            IntVector bits2 = (IntVector) VectorLoads.INTS.invokeExact(memory, at + 2 * run);
            IntVector bits3 = (IntVector) VectorLoads.INTS.invokeExact(memory, at + 3 * run);
            largest = largest.max(bits0.and(magnitudes).reinterpretAsShorts())
                    .max(bits1.and(magnitudes).reinterpretAsShorts())
                    .max(bits2.and(magnitudes).reinterpretAsShorts())
                    .max(bits3.and(magnitudes).reinterpretAsShorts());
        }
        largest.intoArray(lanes, 0);
    }
}
