package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import org.llamadl4j.model.kernel.ElementType;

/** Rows of bfloat16, the upper halves of float32 numbers: two in each int, of which one is shifted and one masked. */
final class Bfloat16Rows implements RowFormat {

    static final Bfloat16Rows INSTANCE = new Bfloat16Rows();

    private static final int EXPONENT = 0x7f80;

    /** Not a constant, which the compiler would fetch at each use instead of keeping it in a register. */
    private static final int[] UPPER_HALF = {0xffff0000};

    private Bfloat16Rows() {}

    @Override
    public ElementType type() {
        return ElementType.BFLOAT16;
    }

    @Override
    public int arrangedLength(int columns) {
        return columns;
    }

    @Override
    public void arrange(float[] x, int start, int columns, float[] arranged) {
        HalfVectors.arrange(x, start, columns, 1f, arranged);
    }

    @Override
    public int step() {
        return HalfVectors.PAIRED;
    }

    @Override
    public int lanes() {
        return Lanes.COUNT;
    }

    @Override
    public void multiply(
            ByteMemory.Window window,
            int row0,
            int row1,
            int row2,
            int row3,
            int columns,
            float[] arranged,
            float[] lanes)
            throws Throwable {
        multiply(window.vectors(), row0, row1, row2, row3, columns, arranged, lanes);
    }

    private static void multiply(
            Object memory, int row0, int row1, int row2, int row3, int columns, float[] x, float[] lanes)
            throws Throwable {
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        IntVector upper = IntVector.broadcast(Lanes.INTS, UPPER_HALF[0]);
        for (int i = 0; i < columns; i += HalfVectors.PAIRED) {
            FloatVector even = FloatVector.fromArray(Lanes.FLOATS, x, i);
            FloatVector odd = FloatVector.fromArray(Lanes.FLOATS, x, i + Lanes.COUNT);
            int at = i * Short.BYTES;
            IntVector pairs0 = (IntVector) VectorLoads.INTS.invokeExact(memory, row0 + at);
            sum0 = pairs0.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(even, sum0);
            sum0 = pairs0.and(upper).reinterpretAsFloats().fma(odd, sum0);
            IntVector pairs1 = (IntVector) VectorLoads.INTS.invokeExact(memory, row1 + at);
            sum1 = pairs1.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(even, sum1);
            sum1 = pairs1.and(upper).reinterpretAsFloats().fma(odd, sum1);
            IntVector pairs2 = (IntVector) VectorLoads.INTS.invokeExact(memory, row2 + at);
            sum2 = pairs2.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(even, sum2);
            sum2 = pairs2.and(upper).reinterpretAsFloats().fma(odd, sum2);
            IntVector pairs3 = (IntVector) VectorLoads.INTS.invokeExact(memory, row3 + at);
            sum3 = pairs3.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(even, sum3);
            sum3 = pairs3.and(upper).reinterpretAsFloats().fma(odd, sum3);
        }
        sum0.intoArray(lanes, 0);
        sum1.intoArray(lanes, Lanes.COUNT);
        sum2.intoArray(lanes, 2 * Lanes.COUNT);
        sum3.intoArray(lanes, 3 * Lanes.COUNT);
    }

    @Override
    public void unpack(ByteMemory bytes, long offset, int count, float[] target, int targetOffset, Scratch scratch) {
        UnpackedTiles.unpack(type(), bytes, offset, count, target, targetOffset, scratch, Bfloat16Rows::convert);
    }

    private static void convert(byte[] tile, int length, float[] target, int at) {
        int whole = length / Lanes.COUNT * Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            ShortVector halves = ByteVector.fromArray(HalfVectors.BYTES, tile, i * Short.BYTES)
                    .reinterpretAsShorts();
            ((IntVector) halves.convertShape(VectorOperators.S2I, Lanes.INTS, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(target, at + i);
        }
        for (int i = whole; i < length; i++) {
            target[at + i] = toFloat((short) (tile[2 * i] & 0xff | tile[2 * i + 1] << 8));
        }
    }

    @Override
    public boolean isFinite(ByteMemory bytes, long offset, int count) {
        return HalfVectors.isFinite(bytes.window(offset), bytes.index(offset), count, EXPONENT);
    }

    private static float toFloat(short half) {
        return Float.intBitsToFloat(half << 16);
    }
}
