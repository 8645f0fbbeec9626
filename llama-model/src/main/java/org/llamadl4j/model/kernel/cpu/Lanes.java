package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The widest float32 vector of this processor, of at most 512 bits. */
final class Lanes {

    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED.length() > FloatVector.SPECIES_512.length()
            ? FloatVector.SPECIES_512
            : FloatVector.SPECIES_PREFERRED;

    /** Numbers in one vector: 16 with AVX-512, 8 with AVX2, 4 with NEON. */
    static final int COUNT = FLOATS.length();

    /** int32 vectors of the same width. */
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    /** The same of at most 256 bits: 32 bytes are a block of {@link org.llamadl4j.model.kernel.ElementType#Q8_0}. */
    static final VectorSpecies<Integer> BLOCK_INTS = COUNT > 8 ? IntVector.SPECIES_256 : INTS;

    static final VectorSpecies<Float> BLOCK_FLOATS = COUNT > 8 ? FloatVector.SPECIES_256 : FLOATS;

    /** Vectors that the processor holds: 16 of x86 up to AVX2, 32 of AVX-512 and Arm. */
    static final int REGISTERS = COUNT < 16 && Processor.isX86() ? 16 : 32;

    static final boolean FUSED = Processor.hasFusedMultiplyAdd();

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    /** Numbers of a tile of rows that is copied to the heap at once. */
    private static final int TILE = CpuElementwise.TILE;

    private Lanes() {}

    /**
     * The sum of all lanes, halves first. {@code reduceLanes(ADD)} may add in another order in interpreted code than in
     * compiled code, so that the same call would not always give the same bits.
     */
    static float sum(FloatVector lanes) {
        FloatVector sum = lanes;
        if (COUNT > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (COUNT > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        if (COUNT > 2) {
            sum = sum.add(sum.rearrange(BY_2));
        }
        if (COUNT > 1) {
            sum = sum.add(sum.rearrange(BY_1));
        }
        return sum.lane(0);
    }

    /**
     * a·b + c, rounded once where the processor has an instruction for that, else after the product too: to round once
     * without one, {@link FloatVector#fma} computes each number in decimals, some thousand times slower.
     *
     * <p>For loops that arithmetic limits. Those that memory limits say {@code mul} and {@code add}: the compiler is bound
     * to inline these into methods of any size, this it is not, and vectors that are passed to a method are boxed.
     */
    static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector c) {
        return FUSED ? a.fma(b, c) : a.mul(b).add(c);
    }

    /** The sum of one vector that was stored: {@code count} numbers from {@code start} on, in a fixed order. */
    static float sum(float[] lanes, int start, int count) {
        float sum = 0;
        for (int i = start; i < start + count; i++) {
            sum += lanes[i];
        }
        return sum;
    }

    /** The largest of all lanes. */
    static float max(FloatVector lanes) {
        return lanes.reduceLanes(VectorOperators.MAX);
    }

    private static VectorShuffle<Float> rotation(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane + distance) % COUNT);
    }

    /** {@code length} rounded up to whole vectors. */
    static int roundUp(int length) {
        return roundUp(length, COUNT);
    }

    static int roundUp(int length, int multiple) {
        return (length + multiple - 1) / multiple * multiple;
    }

    /** Rows of {@code width} numbers to copy at once: several where they are short, if whole vectors end where rows do. */
    static int tileRows(int width) {
        return width % COUNT == 0 ? Math.max(1, TILE / width) : 1;
    }
}
