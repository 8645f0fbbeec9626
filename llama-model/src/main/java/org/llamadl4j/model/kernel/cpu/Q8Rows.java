package org.llamadl4j.model.kernel.cpu;

import java.nio.ByteBuffer;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Float16;

/**
 * Rows of ggml's blocks of 32 numbers: a binary16 scale, then 32 signed bytes q.
 *
 * <p>An int holds four bytes q₃q₂q₁q₀. With 128 added to the lower three, which makes them u₂u₁u₀ without a sign, the int
 * and what is left of it under ever shorter masks are
 *
 * <pre>
 * d₀ = q₃·2²⁴ + d₁    d₁ = u₂·2¹⁶ + d₂    d₂ = u₁·2⁸ + d₃    d₃ = u₀
 * </pre>
 *
 * so that q₃·x₃ + q₂·x₂ + q₁·x₁ + q₀·x₀ = d₀·y₀ + d₁·y₁ + d₂·y₂ + d₃·y₃ + c with y and c that depend on x alone: a byte
 * costs a mask and a conversion, and no shift.
 */
final class Q8Rows implements RowFormat {

    static final Q8Rows INSTANCE = new Q8Rows();

    private static final int BLOCK = ElementType.Q8_0.blockLength();
    private static final int BLOCK_BYTES = (int) ElementType.Q8_0.bytes(BLOCK);

    /** The bytes come after the scale. */
    private static final int SCALE_BYTES = 2;

    /** Ints of a vector: a whole block, or half of one. */
    private static final int COUNT = Lanes.BLOCK_INTS.length();

    /** Numbers of a vector of ints. */
    private static final int GROUP = 4 * COUNT;

    /** Vectors that {@link #arrange} makes for a vector of ints: c, y₀ to y₃. */
    private static final int ARRANGED = 5;

    private static final int BIAS = 0x00808080;

    /** Not constants, which the compiler would fetch at each use instead of keeping them in registers. */
    private static final int[] MASKS = {0x00ffffff, 0x0000ffff, 0x000000ff, BIAS};

    /** Of all binary16 numbers: to look one up takes less than to convert it, and few are used. */
    private static final float[] HALVES = halves();

    /** Bytes that become as many floats. */
    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_64;

    private Q8Rows() {}

    private static float[] halves() {
        float[] halves = new float[1 << Short.SIZE];
        for (int bits = 0; bits < halves.length; bits++) {
            halves[bits] = Float16.toFloat((short) bits);
        }
        return halves;
    }

    @Override
    public ElementType type() {
        return ElementType.Q8_0;
    }

    @Override
    public int arrangedLength(int columns) {
        return columns / GROUP * ARRANGED * COUNT;
    }

    @Override
    public void arrange(float[] x, int start, int columns, float[] arranged) {
        for (int i = 0, to = 0; i < columns; i += GROUP, to += ARRANGED * COUNT) {
            for (int lane = 0; lane < COUNT; lane++) {
                int from = start + i + 4 * lane;
                double x0 = x[from];
                double x1 = x[from + 1];
                double x2 = x[from + 2];
                double x3 = x[from + 3];
                arranged[to + lane] = (float) (-128 * (x0 + x1 + x2));
                arranged[to + COUNT + lane] = (float) (x3 * 0x1p-24);
                arranged[to + 2 * COUNT + lane] = (float) (x2 * 0x1p-16 - x3 * 0x1p-24);
                arranged[to + 3 * COUNT + lane] = (float) (x1 * 0x1p-8 - x2 * 0x1p-16);
                arranged[to + 4 * COUNT + lane] = (float) (x0 - x1 * 0x1p-8);
            }
        }
    }

    @Override
    public int step() {
        return GROUP;
    }

    @Override
    public int lanes() {
        return COUNT;
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
        int groups = columns / GROUP;
        multiply(window.bytes(), window.vectors(), row0, row1, groups, arranged, lanes, 0);
        multiply(window.bytes(), window.vectors(), row2, row3, groups, arranged, lanes, 2 * COUNT);
    }

    /** Two rows, which with masks and x are as much as 16 registers hold. */
    private static void multiply(
            ByteBuffer bytes,
            Object memory,
            int row0,
            int row1,
            int groups,
            float[] arranged,
            float[] lanes,
            int lanesStart)
            throws Throwable {
        FloatVector sum0 = FloatVector.zero(Lanes.BLOCK_FLOATS);
        FloatVector sum1 = sum0;
        IntVector bias = IntVector.broadcast(Lanes.BLOCK_INTS, MASKS[3]);
        IntVector mask1 = IntVector.broadcast(Lanes.BLOCK_INTS, MASKS[0]);
        IntVector mask2 = IntVector.broadcast(Lanes.BLOCK_INTS, MASKS[1]);
        IntVector mask3 = IntVector.broadcast(Lanes.BLOCK_INTS, MASKS[2]);
        int x = 0;
        for (int group = 0; group < groups; group++) {
            int block = group / (BLOCK / GROUP) * BLOCK_BYTES;
            int index = block + SCALE_BYTES + group % (BLOCK / GROUP) * GROUP;
            FloatVector c = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x);
            FloatVector y0 = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x + COUNT);
            FloatVector y1 = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x + 2 * COUNT);
            FloatVector y2 = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x + 3 * COUNT);
            FloatVector y3 = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x + 4 * COUNT);
            x += ARRANGED * COUNT;

            IntVector q0 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row0 + index);
            IntVector d0 = q0.lanewise(VectorOperators.XOR, bias);
            FloatVector upper0 = ((FloatVector) d0.convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0)).fma(y0, c);
            upper0 = ((FloatVector) d0.and(mask1).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                    .fma(y1, upper0);
            FloatVector lower0 =
                    ((FloatVector) d0.and(mask2).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0)).mul(y2);
            lower0 = ((FloatVector) d0.and(mask3).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                    .fma(y3, lower0);
            FloatVector scale0 =
                    FloatVector.broadcast(Lanes.BLOCK_FLOATS, HALVES[bytes.getShort(row0 + block) & 0xffff]);
            sum0 = upper0.add(lower0).fma(scale0, sum0);

            IntVector q1 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row1 + index);
            IntVector e0 = q1.lanewise(VectorOperators.XOR, bias);
            FloatVector upper1 = ((FloatVector) e0.convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0)).fma(y0, c);
            upper1 = ((FloatVector) e0.and(mask1).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                    .fma(y1, upper1);
            FloatVector lower1 =
                    ((FloatVector) e0.and(mask2).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0)).mul(y2);
            lower1 = ((FloatVector) e0.and(mask3).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                    .fma(y3, lower1);
            FloatVector scale1 =
                    FloatVector.broadcast(Lanes.BLOCK_FLOATS, HALVES[bytes.getShort(row1 + block) & 0xffff]);
            sum1 = upper1.add(lower1).fma(scale1, sum1);
        }
        sum0.intoArray(lanes, lanesStart);
        sum1.intoArray(lanes, lanesStart + COUNT);
    }

    @Override
    public void unpack(ByteMemory bytes, long offset, int count, float[] target, int targetOffset, Scratch scratch) {
        UnpackedTiles.unpack(type(), bytes, offset, count, target, targetOffset, scratch, Q8Rows::convert);
    }

    private static void convert(byte[] tile, int count, float[] target, int at) {
        for (int block = 0; block < count / BLOCK; block++) {
            int from = block * BLOCK_BYTES;
            float scale = HALVES[tile[from] & 0xff | (tile[from + 1] & 0xff) << 8];
            for (int i = 0; i < BLOCK; i += BYTES.length()) {
                ByteVector eight = ByteVector.fromArray(BYTES, tile, from + SCALE_BYTES + i);
                int to = at + block * BLOCK + i;
                ((FloatVector) eight.convertShape(VectorOperators.B2F, Lanes.BLOCK_FLOATS, 0))
                        .mul(scale)
                        .intoArray(target, to);
                if (COUNT < BYTES.length()) {
                    ((FloatVector) eight.convertShape(VectorOperators.B2F, Lanes.BLOCK_FLOATS, 1))
                            .mul(scale)
                            .intoArray(target, to + COUNT);
                }
            }
        }
    }

    @Override
    public boolean isFinite(ByteMemory bytes, long offset, int count) {
        ByteBuffer source = bytes.window(offset).bytes();
        int index = bytes.index(offset);
        boolean finite = true;
        for (int block = 0; block < count / BLOCK; block++) {
            finite &= Float.isFinite(HALVES[source.getShort(index + block * BLOCK_BYTES) & 0xffff]);
        }
        return finite;
    }
}
