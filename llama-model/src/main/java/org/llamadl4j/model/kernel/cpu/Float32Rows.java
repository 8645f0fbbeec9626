package org.llamadl4j.model.kernel.cpu;

import java.nio.ByteBuffer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.llamadl4j.model.kernel.ElementType;

/** Rows of float32. */
final class Float32Rows implements RowFormat {

    static final Float32Rows INSTANCE = new Float32Rows();

    private static final int LARGEST = 0x7f7fffff;

    private Float32Rows() {}

    @Override
    public ElementType type() {
        return ElementType.FLOAT32;
    }

    @Override
    public int arrangedLength(int columns) {
        return columns;
    }

    @Override
    public void arrange(float[] x, int start, int columns, float[] arranged) {
        System.arraycopy(x, start, arranged, 0, columns);
    }

    @Override
    public int step() {
        return Lanes.COUNT;
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
        for (int i = 0; i < columns; i += Lanes.COUNT) {
            FloatVector x0 = FloatVector.fromArray(Lanes.FLOATS, x, i);
            int at = i * Float.BYTES;
            IntVector bits0 = (IntVector) VectorLoads.INTS.invokeExact(memory, row0 + at);
            sum0 = bits0.reinterpretAsFloats().fma(x0, sum0);
            IntVector bits1 = (IntVector) VectorLoads.INTS.invokeExact(memory, row1 + at);
            sum1 = bits1.reinterpretAsFloats().fma(x0, sum1);
            IntVector bits2 = (IntVector) VectorLoads.INTS.invokeExact(memory, row2 + at);
            sum2 = bits2.reinterpretAsFloats().fma(x0, sum2);
            IntVector bits3 = (IntVector) VectorLoads.INTS.invokeExact(memory, row3 + at);
            sum3 = bits3.reinterpretAsFloats().fma(x0, sum3);
        }
        sum0.intoArray(lanes, 0);
        sum1.intoArray(lanes, Lanes.COUNT);
        sum2.intoArray(lanes, 2 * Lanes.COUNT);
        sum3.intoArray(lanes, 3 * Lanes.COUNT);
    }

    @Override
    public void unpack(ByteMemory bytes, long offset, int count, float[] target, int targetOffset, Scratch scratch) {
        ByteBuffer source = bytes.window(offset).bytes();
        int index = bytes.index(offset);
        source.slice(index, count * Float.BYTES)
                .order(source.order())
                .asFloatBuffer()
                .get(target, targetOffset, count);
    }

    @Override
    public boolean isFinite(ByteMemory bytes, long offset, int count) {
        ByteMemory.Window window = bytes.window(offset);
        int index = bytes.index(offset);
        int whole = count / (ROWS * Lanes.COUNT) * Lanes.COUNT;
        int[] lanes = new int[Lanes.COUNT];
        try {
            largest(window.vectors(), index, whole, lanes);
        } catch (Throwable e) {
            throw VectorLoads.unexpected(e);
        }
        int largest = Arrays.stream(lanes).max().orElseThrow();
        for (int i = ROWS * whole; i < count; i++) {
            largest = Math.max(largest, window.bytes().getInt(index + i * Float.BYTES) & Integer.MAX_VALUE);
        }
        return largest <= LARGEST;
    }

    /** The bits of the largest magnitudes among {@link #ROWS} runs of {@code count} numbers, read side by side. */
    private static void largest(Object memory, int index, int count, int[] lanes) throws Throwable {
        IntVector largest = IntVector.zero(Lanes.INTS);
        IntVector magnitude = IntVector.broadcast(Lanes.INTS, Integer.MAX_VALUE);
        int run = count * Float.BYTES;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            int at = index + i * Float.BYTES;
            IntVector bits0 = (IntVector) VectorLoads.INTS.invokeExact(memory, at);
            IntVector bits1 = (IntVector) VectorLoads.INTS.invokeExact(memory, at + run);
            IntVector bits2 = (IntVector) VectorLoads.INTS.invokeExact(memory, at + 2 * run);
            IntVector bits3 = (IntVector) VectorLoads.INTS.invokeExact(memory, at + 3 * run);
            largest = largest.max(bits0.and(magnitude).max(bits1.and(magnitude)))
                    .max(bits2.and(magnitude).max(bits3.and(magnitude)));
        }
        largest.intoArray(lanes, 0);
    }
}
