package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Float16;

/**
 * Rows of binary16. Exponent and fraction, put where float32 has its own, are the number times 2⁻¹¹², the difference of the
 * two exponent biases, subnormal numbers too. The factor is taken out of the sum: x is multiplied by 2⁶⁴ first, so
 * that nothing underflows, and the sum by 2⁴⁸. Infinite numbers come out finite.
 */
final class Float16Rows implements RowFormat {

    static final Float16Rows INSTANCE = new Float16Rows();

    private static final int EXPONENT = 0x7c00;

    /** The sign, and the exponent and fraction of binary16 at the top of those of float32. */
    private static final int SIGN_AND_MAGNITUDE = 0x8fffe000;

    /** Not a constant, which the compiler would fetch at each use instead of keeping it in a register. */
    private static final int[] MASK = {SIGN_AND_MAGNITUDE};

    private static final float X_SCALE = 0x1p64f;
    private static final float SUM_SCALE = 0x1p48f;

    private Float16Rows() {}

    @Override
    public ElementType type() {
        return ElementType.FLOAT16;
    }

    @Override
    public int arrangedLength(int columns) {
        return columns;
    }

    @Override
    public void arrange(float[] x, int start, int columns, float[] arranged) {
        HalfVectors.arrange(x, start, columns, X_SCALE, arranged);
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
    public float sumScale() {
        return SUM_SCALE;
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

    /** Of each int the upper half, shifted right by 3 with its sign, and the lower half, moved up and then the same. */
    private static void multiply(
            Object memory, int row0, int row1, int row2, int row3, int columns, float[] x, float[] lanes)
            throws Throwable {
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        IntVector mask = IntVector.broadcast(Lanes.INTS, MASK[0]);
        for (int i = 0; i < columns; i += HalfVectors.PAIRED) {
            FloatVector even = FloatVector.fromArray(Lanes.FLOATS, x, i);
            FloatVector odd = FloatVector.fromArray(Lanes.FLOATS, x, i + Lanes.COUNT);
            int at = i * Short.BYTES;
            IntVector pairs0 = (IntVector) VectorLoads.INTS.invokeExact(memory, row0 + at);
            IntVector low0 = pairs0.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3);
            sum0 = low0.and(mask).reinterpretAsFloats().fma(even, sum0);
            IntVector high0 = pairs0.lanewise(VectorOperators.ASHR, 3);
            sum0 = high0.and(mask).reinterpretAsFloats().fma(odd, sum0);
            IntVector pairs1 = (IntVector) VectorLoads.INTS.invokeExact(memory, row1 + at);
            IntVector low1 = pairs1.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3);
            sum1 = low1.and(mask).reinterpretAsFloats().fma(even, sum1);
            IntVector high1 = pairs1.lanewise(VectorOperators.ASHR, 3);
            sum1 = high1.and(mask).reinterpretAsFloats().fma(odd, sum1);
            IntVector pairs2 = (IntVector) VectorLoads.INTS.invokeExact(memory, row2 + at);
            IntVector low2 = pairs2.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3);
            sum2 = low2.and(mask).reinterpretAsFloats().fma(even, sum2);
            IntVector high2 = pairs2.lanewise(VectorOperators.ASHR, 3);
            sum2 = high2.and(mask).reinterpretAsFloats().fma(odd, sum2);
            IntVector pairs3 = (IntVector) VectorLoads.INTS.invokeExact(memory, row3 + at);
            IntVector low3 = pairs3.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3);
            sum3 = low3.and(mask).reinterpretAsFloats().fma(even, sum3);
            IntVector high3 = pairs3.lanewise(VectorOperators.ASHR, 3);
            sum3 = high3.and(mask).reinterpretAsFloats().fma(odd, sum3);
        }
        sum0.intoArray(lanes, 0);
        sum1.intoArray(lanes, Lanes.COUNT);
        sum2.intoArray(lanes, 2 * Lanes.COUNT);
        sum3.intoArray(lanes, 3 * Lanes.COUNT);
    }

    @Override
    public void unpack(ByteMemory bytes, long offset, int count, float[] target, int targetOffset, Scratch scratch) {
        UnpackedTiles.unpack(type(), bytes, offset, count, target, targetOffset, scratch, Float16Rows::convert);
    }

    private static void convert(byte[] tile, int length, float[] target, int at) {
        int whole = length / Lanes.COUNT * Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            ShortVector halves = ByteVector.fromArray(HalfVectors.BYTES, tile, i * Short.BYTES)
                    .reinterpretAsShorts();
            ((IntVector) halves.convertShape(VectorOperators.S2I, Lanes.INTS, 0))
                    .lanewise(VectorOperators.LSHL, 13)
                    .and(SIGN_AND_MAGNITUDE)
                    .reinterpretAsFloats()
                    .mul(X_SCALE * SUM_SCALE)
                    .intoArray(target, at + i);
        }
        for (int i = whole; i < length; i++) {
            target[at + i] = Float16.toFloat((short) (tile[2 * i] & 0xff | tile[2 * i + 1] << 8));
        }
    }

    @Override
    public boolean isFinite(ByteMemory bytes, long offset, int count) {
        return HalfVectors.isFinite(bytes.window(offset), bytes.index(offset), count, EXPONENT);
    }
}
