package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * One head's part of a whole block of a {@link CacheLayout}, multiplied with one query where it lies: for few queries a copy
 * to the heap would take as long as reading it. For processors with {@link Lanes#FUSED}.
 *
 * <p>A loop calls the Vector API and {@link VectorLoads} alone, since vectors are boxed where the compiler does not inline.
 */
final class CachedTile {

    /** Vectors that one pass over the memory adds up. */
    private static final int PASS = 4;

    private CachedTile() {}

    /**
     * scores[0..] = keysᵀ · query for the first {@code count} keys, and for some after them that make up whole passes.
     *
     * @param keys bytes of (K, {@link CacheLayout#BLOCK})
     * @param start index of the first
     */
    static void scores(
            ByteMemory.Window keys,
            int start,
            int count,
            int headDim,
            float[] query,
            int queryStart,
            float[] scores,
            int scoresStart) {
        try {
            for (int slot = 0; slot < count; slot += PASS * Lanes.COUNT) {
                scores(
                        keys.vectors(),
                        start + slot * Float.BYTES,
                        headDim,
                        query,
                        queryStart,
                        scores,
                        scoresStart + slot);
            }
        } catch (Throwable e) {
            throw VectorLoads.unexpected(e);
        }
    }

    private static void scores(
            Object keys, int start, int headDim, float[] query, int queryStart, float[] scores, int scoresStart)
            throws Throwable {
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        int at = start;
        for (int i = 0; i < headDim; i++) {
            FloatVector q = FloatVector.broadcast(Lanes.FLOATS, query[queryStart + i]);
            IntVector bits0 = (IntVector) VectorLoads.INTS.invokeExact(keys, at);
            sum0 = bits0.reinterpretAsFloats().fma(q, sum0);
            IntVector bits1 = (IntVector) VectorLoads.INTS.invokeExact(keys, at + Lanes.COUNT * Float.BYTES);
            sum1 = bits1.reinterpretAsFloats().fma(q, sum1);
            IntVector bits2 = (IntVector) VectorLoads.INTS.invokeExact(keys, at + 2 * Lanes.COUNT * Float.BYTES);
            sum2 = bits2.reinterpretAsFloats().fma(q, sum2);
            IntVector bits3 = (IntVector) VectorLoads.INTS.invokeExact(keys, at + 3 * Lanes.COUNT * Float.BYTES);
            sum3 = bits3.reinterpretAsFloats().fma(q, sum3);
            at += CacheLayout.BLOCK * Float.BYTES;
        }
        sum0.intoArray(scores, scoresStart);
        sum1.intoArray(scores, scoresStart + Lanes.COUNT);
        sum2.intoArray(scores, scoresStart + 2 * Lanes.COUNT);
        sum3.intoArray(scores, scoresStart + 3 * Lanes.COUNT);
    }

    /**
     * out[0..] += powers · values over the first {@code count} values.
     *
     * @param values bytes of ({@link CacheLayout#BLOCK}, K)
     * @param start index of the first
     * @param headDim K, whole vectors
     */
    static void addValues(
            ByteMemory.Window values,
            int start,
            int count,
            int headDim,
            float[] powers,
            int powersStart,
            float[] out,
            int outStart) {
        int passes = headDim - headDim % (PASS * Lanes.COUNT);
        try {
            for (int column = 0; column < passes; column += PASS * Lanes.COUNT) {
                addFour(
                        values.vectors(),
                        start + column * Float.BYTES,
                        count,
                        headDim * Float.BYTES,
                        powers,
                        powersStart,
                        out,
                        outStart + column);
            }
            for (int column = passes; column < headDim; column += Lanes.COUNT) {
                addOne(
                        values.vectors(),
                        start + column * Float.BYTES,
                        count,
                        headDim * Float.BYTES,
                        powers,
                        powersStart,
                        out,
                        outStart + column);
            }
        } catch (Throwable e) {
            throw VectorLoads.unexpected(e);
        }
    }

    private static void addFour(
            Object values,
            int start,
            int count,
            int rowBytes,
            float[] powers,
            int powersStart,
            float[] out,
            int outStart)
            throws Throwable {
        FloatVector sum0 = FloatVector.fromArray(Lanes.FLOATS, out, outStart);
        FloatVector sum1 = FloatVector.fromArray(Lanes.FLOATS, out, outStart + Lanes.COUNT);
        FloatVector sum2 = FloatVector.fromArray(Lanes.FLOATS, out, outStart + 2 * Lanes.COUNT);
        FloatVector sum3 = FloatVector.fromArray(Lanes.FLOATS, out, outStart + 3 * Lanes.COUNT);
        int at = start;
        for (int n = 0; n < count; n++) {
            FloatVector power = FloatVector.broadcast(Lanes.FLOATS, powers[powersStart + n]);
            IntVector bits0 = (IntVector) VectorLoads.INTS.invokeExact(values, at);
            sum0 = bits0.reinterpretAsFloats().fma(power, sum0);
            IntVector bits1 = (IntVector) VectorLoads.INTS.invokeExact(values, at + Lanes.COUNT * Float.BYTES);
            sum1 = bits1.reinterpretAsFloats().fma(power, sum1);
            IntVector bits2 = (IntVector) VectorLoads.INTS.invokeExact(values, at + 2 * Lanes.COUNT * Float.BYTES);
            sum2 = bits2.reinterpretAsFloats().fma(power, sum2);
            IntVector bits3 = (IntVector) VectorLoads.INTS.invokeExact(values, at + 3 * Lanes.COUNT * Float.BYTES);
            sum3 = bits3.reinterpretAsFloats().fma(power, sum3);
            at += rowBytes;
        }
        sum0.intoArray(out, outStart);
        sum1.intoArray(out, outStart + Lanes.COUNT);
        sum2.intoArray(out, outStart + 2 * Lanes.COUNT);
        sum3.intoArray(out, outStart + 3 * Lanes.COUNT);
    }

    private static void addOne(
            Object values,
            int start,
            int count,
            int rowBytes,
            float[] powers,
            int powersStart,
            float[] out,
            int outStart)
            throws Throwable {
        FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, out, outStart);
        int at = start;
        for (int n = 0; n < count; n++) {
            IntVector bits = (IntVector) VectorLoads.INTS.invokeExact(values, at);
            sum = bits.reinterpretAsFloats().fma(FloatVector.broadcast(Lanes.FLOATS, powers[powersStart + n]), sum);
            at += rowBytes;
        }
        sum.intoArray(out, outStart);
    }
}
