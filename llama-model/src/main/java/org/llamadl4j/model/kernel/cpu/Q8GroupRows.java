package org.llamadl4j.model.kernel.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Float16;

/**
 * Rows of groups of eight of ggml's blocks of 32 signed bytes, in an order that is quick to multiply: eight float32 scales,
 * then eight times eight ints, of which int j of the k-th eight is bytes 4k to 4k + 3 of block j. So a lane of a vector
 * stays in one block, and a scale is multiplied once a group instead of once a vector. The lower three bytes of an int have
 * 128 added, which spares {@link Q8Rows}' exclusive or; what is done with the int is the same.
 */
final class Q8GroupRows implements RowFormat {

    static final Q8GroupRows INSTANCE = new Q8GroupRows();

    private static final int GROUP = ElementType.Q8_0_GROUPED.blockLength();
    private static final int GROUP_BYTES = (int) ElementType.Q8_0_GROUPED.bytes(GROUP);

    private static final int BLOCK = ElementType.Q8_0.blockLength();
    private static final int BLOCK_BYTES = (int) ElementType.Q8_0.bytes(BLOCK);

    /** Blocks of a group. */
    private static final int BLOCKS = GROUP / BLOCK;

    /** Ints of a block. */
    private static final int BLOCK_INTS = BLOCK / Integer.BYTES;

    /** Bytes of the scales, and of the ints that follow, one of each block. */
    private static final int RUN_BYTES = BLOCKS * Integer.BYTES;

    /** Lanes of a vector: one for each block, or for each of half of them. */
    private static final int COUNT = Lanes.BLOCK_INTS.length();

    /** Vectors that {@link #arrange} makes for the lanes of a vector: c, then y₀ to y₃ of each int. */
    private static final int ARRANGED = 1 + 4 * BLOCK_INTS;

    private static final int BIAS = 0x00808080;

    /** Not constants, which the compiler would fetch at each use instead of keeping them in registers. */
    private static final int[] MASKS = {0x00ffffff, 0x0000ffff, 0x000000ff};

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** Bytes that become as many floats. */
    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_64;

    private Q8GroupRows() {}

    @Override
    public ElementType type() {
        return ElementType.Q8_0_GROUPED;
    }

    @Override
    public int arrangedLength(int columns) {
        return columns / GROUP * ARRANGED * BLOCKS;
    }

    @Override
    public void arrange(float[] x, int start, int columns, float[] arranged) {
        int to = 0;
        for (int group = start; group < start + columns; group += GROUP) {
            for (int first = 0; first < BLOCKS; first += COUNT) {
                for (int lane = 0; lane < COUNT; lane++) {
                    arrange(x, group + (first + lane) * BLOCK, arranged, to + lane);
                }
                to += ARRANGED * COUNT;
            }
        }
    }

    /** One block into one lane. */
    private static void arrange(float[] x, int block, float[] arranged, int to) {
        double unsigned = 0;
        for (int k = 0; k < BLOCK_INTS; k++) {
            double x0 = x[block + 4 * k];
            double x1 = x[block + 4 * k + 1];
            double x2 = x[block + 4 * k + 2];
            double x3 = x[block + 4 * k + 3];
            unsigned += x0 + x1 + x2;
            int y = to + (1 + 4 * k) * COUNT;
            arranged[y] = (float) (x3 * 0x1p-24);
            arranged[y + COUNT] = (float) (x2 * 0x1p-16 - x3 * 0x1p-24);
            arranged[y + 2 * COUNT] = (float) (x1 * 0x1p-8 - x2 * 0x1p-16);
            arranged[y + 3 * COUNT] = (float) (x0 - x1 * 0x1p-8);
        }
        arranged[to] = (float) (-128 * unsigned);
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
        multiply(window.vectors(), row0, row1, row2, row3, columns / GROUP, arranged, lanes);
    }

    private static void multiply(
            Object memory, int row0, int row1, int row2, int row3, int groups, float[] arranged, float[] lanes)
            throws Throwable {
        FloatVector sum0 = FloatVector.zero(Lanes.BLOCK_FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        IntVector mask1 = IntVector.broadcast(Lanes.BLOCK_INTS, MASKS[0]);
        IntVector mask2 = IntVector.broadcast(Lanes.BLOCK_INTS, MASKS[1]);
        IntVector mask3 = IntVector.broadcast(Lanes.BLOCK_INTS, MASKS[2]);
        int x = 0;
        // Of a group all lanes at once, or first the lower half.
        for (int part = 0; part < groups * (BLOCKS / COUNT); part++) {
            int scales = part / (BLOCKS / COUNT) * GROUP_BYTES + part % (BLOCKS / COUNT) * COUNT * Integer.BYTES;
            FloatVector product0 = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x);
            FloatVector product1 = product0;
            FloatVector product2 = product0;
            FloatVector product3 = product0;
            x += COUNT;
            int at = scales + RUN_BYTES;
            for (int k = 0; k < BLOCK_INTS; k++) {
                FloatVector y0 = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x);
                FloatVector y1 = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x + COUNT);
                FloatVector y2 = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x + 2 * COUNT);
                FloatVector y3 = FloatVector.fromArray(Lanes.BLOCK_FLOATS, arranged, x + 3 * COUNT);
                x += 4 * COUNT;
                IntVector q0 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row0 + at);
                product0 =
                        ((FloatVector) q0.convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0)).fma(y0, product0);
                product0 = ((FloatVector) q0.and(mask1).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y1, product0);
                product0 = ((FloatVector) q0.and(mask2).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y2, product0);
                product0 = ((FloatVector) q0.and(mask3).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y3, product0);
                IntVector q1 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row1 + at);
                product1 =
                        ((FloatVector) q1.convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0)).fma(y0, product1);
                product1 = ((FloatVector) q1.and(mask1).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y1, product1);
                product1 = ((FloatVector) q1.and(mask2).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y2, product1);
                product1 = ((FloatVector) q1.and(mask3).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y3, product1);
                IntVector q2 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row2 + at);
                product2 =
                        ((FloatVector) q2.convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0)).fma(y0, product2);
                product2 = ((FloatVector) q2.and(mask1).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y1, product2);
                product2 = ((FloatVector) q2.and(mask2).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y2, product2);
                product2 = ((FloatVector) q2.and(mask3).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y3, product2);
                IntVector q3 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row3 + at);
                product3 =
                        ((FloatVector) q3.convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0)).fma(y0, product3);
                product3 = ((FloatVector) q3.and(mask1).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y1, product3);
                product3 = ((FloatVector) q3.and(mask2).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y2, product3);
                product3 = ((FloatVector) q3.and(mask3).convertShape(VectorOperators.I2F, Lanes.BLOCK_FLOATS, 0))
                        .fma(y3, product3);
                at += RUN_BYTES;
            }
            IntVector scale0 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row0 + scales);
            sum0 = scale0.reinterpretAsFloats().fma(product0, sum0);
            IntVector scale1 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row1 + scales);
            sum1 = scale1.reinterpretAsFloats().fma(product1, sum1);
            IntVector scale2 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row2 + scales);
            sum2 = scale2.reinterpretAsFloats().fma(product2, sum2);
            IntVector scale3 = (IntVector) VectorLoads.BLOCK_INTS.invokeExact(memory, row3 + scales);
            sum3 = scale3.reinterpretAsFloats().fma(product3, sum3);
        }
        sum0.intoArray(lanes, 0);
        sum1.intoArray(lanes, COUNT);
        sum2.intoArray(lanes, 2 * COUNT);
        sum3.intoArray(lanes, 3 * COUNT);
    }

    /** From blocks as {@link ElementType#Q8_0} has them. */
    @Override
    public void store(byte[] source, int sourceOffset, int count, ByteMemory target, long offset) {
        Objects.checkFromIndexSize(sourceOffset, (int) ElementType.Q8_0.bytes(count), source.length);
        ByteBuffer blocks = ByteBuffer.wrap(source).order(ByteOrder.LITTLE_ENDIAN);
        byte[] bytes = new byte[GROUP_BYTES];
        ByteBuffer group = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count / GROUP; i++) {
            for (int j = 0; j < BLOCKS; j++) {
                int from = sourceOffset + (i * BLOCKS + j) * BLOCK_BYTES;
                group.putFloat(j * Float.BYTES, Float16.toFloat(blocks.getShort(from)));
                for (int k = 0; k < BLOCK_INTS; k++) {
                    int quants = blocks.getInt(from + Short.BYTES + k * Integer.BYTES);
                    group.putInt((1 + k) * RUN_BYTES + j * Integer.BYTES, quants ^ BIAS);
                }
            }
            target.put(offset + (long) i * GROUP_BYTES, bytes, 0, GROUP_BYTES);
        }
    }

    @Override
    public void unpack(ByteMemory bytes, long offset, int count, float[] target, int targetOffset, Scratch scratch) {
        UnpackedTiles.unpack(type(), bytes, offset, count, target, targetOffset, scratch, Q8GroupRows::convert);
    }

    private static void convert(byte[] tile, int count, float[] target, int at) {
        for (int group = 0; group < count / GROUP; group++) {
            int scales = group * GROUP_BYTES;
            int quants = scales + RUN_BYTES;
            separate(tile, quants);
            for (int i = 0; i < GROUP; i += BYTES.length()) {
                float scale = Float.intBitsToFloat((int) INT.get(tile, scales + i / BLOCK * Float.BYTES));
                ByteVector eight = ByteVector.fromArray(BYTES, tile, quants + i);
                int to = at + group * GROUP + i;
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

    /** Brings the ints of a group, as many of a block as there are blocks, into the order of blocks and to signed bytes. */
    private static void separate(byte[] tile, int quants) {
        for (int j = 0; j < BLOCKS; j++) {
            for (int k = 0; k < j; k++) {
                int upper = quants + k * RUN_BYTES + j * Integer.BYTES;
                int lower = quants + j * RUN_BYTES + k * Integer.BYTES;
                int moved = (int) INT.get(tile, upper) ^ BIAS;
                INT.set(tile, upper, (int) INT.get(tile, lower) ^ BIAS);
                INT.set(tile, lower, moved);
            }
            int middle = quants + j * (RUN_BYTES + Integer.BYTES);
            INT.set(tile, middle, (int) INT.get(tile, middle) ^ BIAS);
        }
    }

    @Override
    public boolean isFinite(ByteMemory bytes, long offset, int count) {
        ByteBuffer source = bytes.window(offset).bytes();
        int index = bytes.index(offset);
        boolean finite = true;
        for (int group = 0; group < count / GROUP; group++) {
            for (int j = 0; j < BLOCKS; j++) {
                finite &= Float.isFinite(source.getFloat(index + group * GROUP_BYTES + j * Float.BYTES));
            }
        }
        return finite;
    }
}
