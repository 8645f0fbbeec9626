package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Causal attention by online softmax (Dao et al., 2022): for a strip of queries, tiles of keys from the first to the
 * strip's own; the sum of exponentials and the output so far are rescaled whenever the highest score grows. Scores exist
 * a tile at a time, and tiles after the strip are never computed. Work is cut by strips of equal cost, so that sequences
 * and heads need not divide by the number of threads.
 */
@RequiredArgsConstructor
final class CpuAttention {

    private static final int KEYS = AttentionLayout.KEYS;
    private static final int STRIP = AttentionLayout.STRIP;

    private final Workers workers;

    /** One call. */
    private record Call(
            AttentionLayout layout,
            FloatMemory q,
            FloatMemory k,
            FloatMemory v,
            FloatMemory out,
            FloatMemory logSumExp) {

        /** Cost of the first {@code item} strips of all, a strip costing its number of strips of keys. */
        long costBefore(long item) {
            long strips = layout.strips();
            long heads = item / strips;
            long strip = item % strips;
            return heads * (strips * (strips + 1) / 2) + strip * (strip + 1) / 2;
        }

        long items() {
            return (long) layout.shape().batch() * layout.shape().heads() * layout.strips();
        }

        /** First strip of worker {@code index} of {@code count}. */
        long border(int index, int count) {
            long wanted = costBefore(items()) * index / count;
            long low = 0;
            long high = items();
            while (low < high) {
                long middle = (low + high) >>> 1;
                if (costBefore(middle) < wanted) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    void forward(AttentionShape shape, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp) {
        AttentionLayout layout = AttentionLayout.of(shape);
        layout.expectQueries("q", q);
        layout.expectKeys("k", k);
        layout.expectKeys("v", v);
        layout.expectQueries("out", out);
        Expect.matrix("logSumExp", logSumExp, shape.batch() * shape.time(), shape.heads());
        Call call = new Call(
                layout,
                FloatMemory.of(q),
                FloatMemory.of(k),
                FloatMemory.of(v),
                FloatMemory.of(out),
                FloatMemory.of(logSumExp));
        int parts = (int) Math.min(workers.count(), call.items());
        workers.run(
                parts,
                worker -> run(
                        call,
                        worker.scratch(),
                        call.border(worker.index(), parts),
                        call.border(worker.index() + 1, parts)));
    }

    /** Strips {@code from} to {@code to}, numbered through the heads of all sequences. */
    private static void run(Call call, Scratch scratch, long from, long to) {
        AttentionLayout layout = call.layout();
        AttentionShape shape = layout.shape();
        int rowLength = layout.rowLength();
        int paddedTime = Lanes.roundUp(layout.time(), StripProduct.ROWS);
        float[] keys = scratch.floats(0, paddedTime * rowLength);
        float[] values = scratch.floats(1, paddedTime * rowLength);
        long loadedHead = -1;
        int loaded = 0;
        for (long item = from; item < to; item++) {
            int strip = (int) (item % layout.strips());
            long head = item / layout.strips();
            int batch = (int) (head / shape.heads());
            int queryHead = (int) (head % shape.heads());
            int keyHead = queryHead / layout.group();
            if (head / layout.group() != loadedHead) {
                loadedHead = head / layout.group();
                loaded = 0;
            }
            int end = Math.min(layout.time(), (strip + 1) * STRIP);
            if (end > loaded) {
                int count = end - loaded;
                int padded = Lanes.roundUp(end, StripProduct.ROWS) - loaded;
                int index = layout.keyIndex(batch, keyHead, loaded);
                int stride = shape.kvHeads() * layout.headDim();
                layout.loadRows(call.k(), index, stride, count, padded, keys, loaded * rowLength);
                layout.loadRows(call.v(), index, stride, count, padded, values, loaded * rowLength);
                loaded = end;
            }
            strip(call, scratch, batch, queryHead, strip);
        }
    }

    /** One strip of queries against the keys and values in scratch. */
    private static void strip(Call call, Scratch scratch, int batch, int head, int strip) {
        AttentionLayout layout = call.layout();
        int rowLength = layout.rowLength();
        int first = strip * STRIP;
        int end = Math.min(layout.time(), first + STRIP);
        int stride = layout.shape().heads() * layout.headDim();
        float[] keys = scratch.floats(0, 0);
        float[] values = scratch.floats(1, 0);
        float[] rows = scratch.floats(2, STRIP * rowLength);
        float[] queries = scratch.floats(3, layout.stripLength());
        float[] output = scratch.floats(4, layout.stripLength());
        float[] scores = scratch.floats(5, KEYS * STRIP);
        float[] highest = scratch.floats(6, STRIP);
        float[] sum = scratch.floats(7, STRIP);
        float[] factor = scratch.floats(8, STRIP);

        int query = layout.queryIndex(batch, head, first);
        layout.loadRows(call.q(), query, stride, end - first, STRIP, rows, 0);
        layout.transposeStrip(rows, 0, layout.scale() * Exponential.LOG2_E, queries, 0);
        Arrays.fill(output, 0, layout.stripLength(), 0f);
        Arrays.fill(highest, 0, STRIP, Float.NEGATIVE_INFINITY);
        Arrays.fill(sum, 0, STRIP, 0f);
        for (int key = 0; key < end; key += KEYS) {
            int count = Lanes.roundUp(Math.min(KEYS, end - key), StripProduct.ROWS);
            StripProduct.multiply(
                    count,
                    layout.headDim(),
                    AttentionLayout.STRIP_VECTORS,
                    keys,
                    key * rowLength,
                    rowLength,
                    1,
                    queries,
                    0,
                    STRIP,
                    scores,
                    0,
                    STRIP,
                    false);
            AttentionLayout.mask(scores, key, count, first);
            for (int lane = 0; lane < STRIP; lane += Lanes.COUNT) {
                softmax(scores, count, lane, highest, sum, output, layout.headDim());
            }
            StripProduct.multiply(
                    layout.transposedRows(),
                    count,
                    AttentionLayout.STRIP_VECTORS,
                    values,
                    key * rowLength,
                    1,
                    rowLength,
                    scores,
                    0,
                    STRIP,
                    output,
                    0,
                    STRIP,
                    true);
        }
        for (int lane = 0; lane < STRIP; lane += Lanes.COUNT) {
            invert(sum, lane, factor);
            rescale(output, layout.headDim(), lane, factor);
        }
        layout.transposeBack(output, 0, 1f, rows, 0);
        layout.storeRows(rows, 0, end - first, call.out(), query, stride);
        for (int t = first; t < end; t++) {
            float logSumExp = (float) (highest[t - first] * Exponential.LN_2 + Math.log(sum[t - first]));
            call.logSumExp().put(layout.logSumExpIndex(batch, head, t), logSumExp);
        }
    }

    /**
     * For one vector of queries: scores become powers of two relative to the highest so far, and what was added up
     * before, {@code sum} and {@code output}, is rescaled to it.
     *
     * <p>One method of more bytecode than the compiler inlines (325), so that it is compiled by itself: inside a larger
     * one, the compiler may give up inlining half way, and then vectors are boxed.
     */
    private static void softmax(
            float[] scores, int keys, int lane, float[] highest, float[] sum, float[] output, int headDim) {
        FloatVector max0 = FloatVector.fromArray(Lanes.FLOATS, scores, lane);
        FloatVector max1 = FloatVector.fromArray(Lanes.FLOATS, scores, lane + STRIP);
        FloatVector max2 = FloatVector.fromArray(Lanes.FLOATS, scores, lane + 2 * STRIP);
        FloatVector max3 = FloatVector.fromArray(Lanes.FLOATS, scores, lane + 3 * STRIP);
        for (int i = lane + 4 * STRIP; i < keys * STRIP; i += 4 * STRIP) {
            max0 = max0.max(FloatVector.fromArray(Lanes.FLOATS, scores, i));
            max1 = max1.max(FloatVector.fromArray(Lanes.FLOATS, scores, i + STRIP));
            max2 = max2.max(FloatVector.fromArray(Lanes.FLOATS, scores, i + 2 * STRIP));
            max3 = max3.max(FloatVector.fromArray(Lanes.FLOATS, scores, i + 3 * STRIP));
        }
        FloatVector before = FloatVector.fromArray(Lanes.FLOATS, highest, lane);
        FloatVector max = max0.max(max1).max(max2.max(max3)).max(before);
        max.intoArray(highest, lane);
        FloatVector total = FloatVector.zero(Lanes.FLOATS);
        for (int i = lane; i < keys * STRIP; i += STRIP) {
            FloatVector power = Exponential.powerOfHalf(max.sub(FloatVector.fromArray(Lanes.FLOATS, scores, i)));
            power.intoArray(scores, i);
            total = total.add(power);
        }
        FloatVector factor = Exponential.powerOfHalf(max.sub(before));
        FloatVector.fromArray(Lanes.FLOATS, sum, lane).mul(factor).add(total).intoArray(sum, lane);
        for (int i = lane; i < headDim * STRIP; i += STRIP) {
            FloatVector.fromArray(Lanes.FLOATS, output, i).mul(factor).intoArray(output, i);
        }
    }

    private static void rescale(float[] output, int headDim, int lane, float[] factor) {
        FloatVector factors = FloatVector.fromArray(Lanes.FLOATS, factor, lane);
        for (int i = lane; i < headDim * STRIP; i += STRIP) {
            FloatVector.fromArray(Lanes.FLOATS, output, i).mul(factors).intoArray(output, i);
        }
    }

    private static void invert(float[] sum, int lane, float[] inverse) {
        FloatVector.broadcast(Lanes.FLOATS, 1f)
                .div(FloatVector.fromArray(Lanes.FLOATS, sum, lane))
                .intoArray(inverse, lane);
    }
}
