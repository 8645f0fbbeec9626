package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Gradient of causal attention (Dao et al., 2022, algorithm 4), scores recomputed tile by tile. With P the softmax,
 * dP = dO·vᵀ and δ = rowsum(dO∘O): dV = Pᵀ·dO, dS = P∘(dP − δ), dQ = dS·k/√K, dK = dSᵀ·q/√K.
 *
 * <p>A tile of keys meets all strips of queries from its own position on, for every query head that reads it, so that
 * its dK and dV stay with one worker. Tiles are numbered through all key and value heads and cut into runs of equal cost,
 * one a worker. Where a run begins or ends inside a head, the dQ of that head is kept by each worker that has a part of
 * it, and added up afterwards in the order of the workers.
 */
@RequiredArgsConstructor
final class CpuAttentionGradient {

    private static final int KEYS = AttentionLayout.KEYS;
    private static final int STRIP = AttentionLayout.STRIP;
    private static final int STRIPS_A_TILE = KEYS / STRIP;

    // Slots of the scratch arrays.
    private static final int K = 0;
    private static final int V = 1;
    private static final int D_K = 2;
    private static final int D_V = 3;
    private static final int Q_ROWS = 4;
    private static final int Q_STRIPS = 5;
    private static final int D_OUT_ROWS = 6;
    private static final int D_OUT_STRIPS = 7;
    private static final int LOG_SUM_EXP = 8;
    private static final int DELTA = 9;
    private static final int D_Q_WHOLE = 10;
    private static final int D_Q_BEGUN_ELSEWHERE = 11;
    private static final int D_Q_BEGUN_HERE = 12;
    private static final int SCORES = 13;
    private static final int D_SCORES = 14;
    private static final int ROWS = 15;

    private final Workers workers;

    /** One call. */
    private record Call(
            AttentionLayout layout,
            FloatMemory q,
            FloatMemory k,
            FloatMemory v,
            FloatMemory out,
            FloatMemory logSumExp,
            FloatMemory dOut,
            FloatMemory dQ,
            FloatMemory dK,
            FloatMemory dV) {

        int tiles() {
            return (layout.time() + KEYS - 1) / KEYS;
        }

        /** Tiles of all heads. */
        long items() {
            return (long) layout.shape().batch() * layout.shape().kvHeads() * tiles();
        }

        /** Cost of the first {@code item} tiles of all, a tile costing the number of strips it meets. */
        long costBefore(long item) {
            return item / tiles() * headCost(tiles()) + headCost(item % tiles());
        }

        private long headCost(long tiles) {
            return tiles * layout.strips() - STRIPS_A_TILE * tiles * (tiles - 1) / 2;
        }

        /** First tile of worker {@code index} of {@code count}. */
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

    /** Tiles {@code from} to {@code to} of one key and value head. */
    private record Segment(int batch, int keyHead, int from, int to, int tiles) {

        boolean wholeHead() {
            return from == 0 && to == tiles;
        }

        int firstKey() {
            return from * KEYS;
        }

        int firstStrip() {
            return from * STRIPS_A_TILE;
        }

        /** The scratch that takes dQ. */
        int slot() {
            if (wholeHead()) {
                return D_Q_WHOLE;
            }
            return from == 0 ? D_Q_BEGUN_HERE : D_Q_BEGUN_ELSEWHERE;
        }
    }

    void gradient(
            AttentionShape shape,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor logSumExp,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        AttentionLayout layout = AttentionLayout.of(shape);
        layout.expectQueries("q", q);
        layout.expectKeys("k", k);
        layout.expectKeys("v", v);
        layout.expectQueries("out", out);
        Expect.matrix("logSumExp", logSumExp, shape.batch() * shape.time(), shape.heads());
        layout.expectQueries("dOut", dOut);
        layout.expectQueries("dQ", dQ);
        layout.expectKeys("dK", dK);
        layout.expectKeys("dV", dV);
        Call call = new Call(
                layout,
                FloatMemory.of(q),
                FloatMemory.of(k),
                FloatMemory.of(v),
                FloatMemory.of(out),
                FloatMemory.of(logSumExp),
                FloatMemory.of(dOut),
                FloatMemory.of(dQ),
                FloatMemory.of(dK),
                FloatMemory.of(dV));
        int parts = (int) Math.min(workers.count(), call.items());
        workers.run(parts, worker -> {
            long end = call.border(worker.index() + 1, parts);
            for (long item = call.border(worker.index(), parts); item < end; ) {
                Segment segment = segment(call, item, end);
                run(call, segment, worker.scratch());
                item += segment.to() - segment.from();
            }
        });
        addSharedHeads(call, parts);
    }

    /** The tiles from {@code item} on that belong to one head, up to {@code end}. */
    private static Segment segment(Call call, long item, long end) {
        int tiles = call.tiles();
        long head = item / tiles;
        int from = (int) (item % tiles);
        int to = (int) Math.min(tiles, from + end - item);
        int kvHeads = call.layout().shape().kvHeads();
        return new Segment((int) (head / kvHeads), (int) (head % kvHeads), from, to, tiles);
    }

    private static void run(Call call, Segment segment, Scratch scratch) {
        AttentionLayout layout = call.layout();
        int rowLength = layout.rowLength();
        int firstKey = segment.firstKey();
        int count = Math.min(layout.time(), segment.to() * KEYS) - firstKey;
        int padded = Lanes.roundUp(count, StripProduct.ROWS);
        int stride = layout.shape().kvHeads() * layout.headDim();
        int index = layout.keyIndex(segment.batch(), segment.keyHead(), firstKey);
        float[] keys = scratch.floats(K, padded * rowLength);
        float[] values = scratch.floats(V, padded * rowLength);
        float[] dKeys = scratch.floats(D_K, padded * rowLength);
        float[] dValues = scratch.floats(D_V, padded * rowLength);
        layout.loadRows(call.k(), index, stride, count, padded, keys, 0);
        layout.loadRows(call.v(), index, stride, count, padded, values, 0);
        Arrays.fill(dKeys, 0, padded * rowLength, 0f);
        Arrays.fill(dValues, 0, padded * rowLength, 0f);
        int dQLength = layout.strips() * layout.stripLength();
        float[] dQ = scratch.floats(segment.slot(), segment.wholeHead() ? dQLength : layout.group() * dQLength);
        for (int member = 0; member < layout.group(); member++) {
            int head = segment.keyHead() * layout.group() + member;
            int dQStart = segment.wholeHead() ? 0 : member * dQLength;
            int touched = segment.firstStrip() * layout.stripLength();
            Arrays.fill(dQ, dQStart + touched, dQStart + dQLength, 0f);
            loadQueries(call, segment, head, scratch);
            for (int tile = segment.from(); tile < segment.to(); tile++) {
                for (int strip = tile * STRIPS_A_TILE; strip < layout.strips(); strip++) {
                    tile(layout, scratch, tile * KEYS - firstKey, tile * KEYS, strip, dQ, dQStart);
                }
            }
            if (segment.wholeHead()) {
                float[] rows = scratch.floats(ROWS, STRIP * rowLength);
                for (int strip = 0; strip < layout.strips(); strip++) {
                    storeQueryGradient(call, segment.batch(), head, strip, dQ, strip * layout.stripLength(), rows);
                }
            }
        }
        scale(dKeys, padded * rowLength, layout.scale());
        layout.storeRows(dKeys, 0, count, call.dK(), index, stride);
        layout.storeRows(dValues, 0, count, call.dV(), index, stride);
    }

    /** Queries and output gradients of one head from the segment's first strip on, by rows and by strips, and δ. */
    private static void loadQueries(Call call, Segment segment, int head, Scratch scratch) {
        AttentionLayout layout = call.layout();
        int rowLength = layout.rowLength();
        int headDim = layout.headDim();
        int strips = layout.strips();
        int stripLength = layout.stripLength();
        int stride = layout.shape().heads() * headDim;
        float[] qRows = scratch.floats(Q_ROWS, strips * STRIP * rowLength);
        float[] qStrips = scratch.floats(Q_STRIPS, strips * stripLength);
        float[] dOutRows = scratch.floats(D_OUT_ROWS, strips * STRIP * rowLength);
        float[] dOutStrips = scratch.floats(D_OUT_STRIPS, strips * stripLength);
        float[] logSumExp = scratch.floats(LOG_SUM_EXP, strips * STRIP);
        float[] delta = scratch.floats(DELTA, strips * STRIP);
        float[] out = scratch.floats(ROWS, STRIP * rowLength);
        for (int strip = segment.firstStrip(); strip < strips; strip++) {
            int first = strip * STRIP;
            int count = Math.min(STRIP, layout.time() - first);
            int index = layout.queryIndex(segment.batch(), head, first);
            int rowsStart = first * rowLength;
            layout.loadRows(call.q(), index, stride, count, STRIP, qRows, rowsStart);
            layout.loadRows(call.dOut(), index, stride, count, STRIP, dOutRows, rowsStart);
            layout.loadRows(call.out(), index, stride, count, STRIP, out, 0);
            layout.transposeStrip(qRows, rowsStart, layout.scale() * Exponential.LOG2_E, qStrips, strip * stripLength);
            layout.transposeStrip(dOutRows, rowsStart, 1f, dOutStrips, strip * stripLength);
            for (int row = 0; row < STRIP; row++) {
                int t = first + row;
                delta[t] = CpuReductions.dot(out, row * rowLength, dOutRows, rowsStart + row * rowLength, rowLength);
                logSumExp[t] = row < count
                        ? Exponential.LOG2_E * call.logSumExp().get(layout.logSumExpIndex(segment.batch(), head, t))
                        : 0f;
            }
        }
    }

    /** What one tile of keys and one strip of queries give to dQ, dK and dV. */
    private static void tile(
            AttentionLayout layout, Scratch scratch, int keyRow, int firstKey, int strip, float[] dQ, int dQStart) {
        int rowLength = layout.rowLength();
        int firstQuery = strip * STRIP;
        int available = Lanes.roundUp(Math.min(KEYS, layout.time() - firstKey), StripProduct.ROWS);
        int count = Math.min(available, firstQuery + STRIP - firstKey);
        int keyStart = keyRow * rowLength;
        int stripStart = strip * layout.stripLength();
        int queryStart = firstQuery * rowLength;
        int rowVectors = rowLength / Lanes.COUNT;
        float[] keys = scratch.floats(K, 0);
        float[] values = scratch.floats(V, 0);
        float[] queries = scratch.floats(Q_STRIPS, 0);
        float[] dOut = scratch.floats(D_OUT_STRIPS, 0);
        float[] scores = scratch.floats(SCORES, KEYS * STRIP);
        float[] dScores = scratch.floats(D_SCORES, KEYS * STRIP);

        scores(layout, count, keys, keyStart, queries, stripStart, scores);
        AttentionLayout.mask(scores, firstKey, count, firstQuery);
        scores(layout, count, values, keyStart, dOut, stripStart, dScores);
        float[] logSumExp = scratch.floats(LOG_SUM_EXP, 0);
        float[] delta = scratch.floats(DELTA, 0);
        for (int lane = 0; lane < STRIP; lane += Lanes.COUNT) {
            softmaxGradient(scores, dScores, count, lane, logSumExp, delta, firstQuery + lane);
        }
        StripProduct.multiply(
                layout.transposedRows(),
                count,
                AttentionLayout.STRIP_VECTORS,
                keys,
                keyStart,
                1,
                rowLength,
                dScores,
                0,
                STRIP,
                dQ,
                dQStart + stripStart,
                STRIP,
                true);
        overQueries(
                count, rowVectors, scores, scratch.floats(D_OUT_ROWS, 0), queryStart, scratch.floats(D_V, 0), keyStart);
        overQueries(
                count, rowVectors, dScores, scratch.floats(Q_ROWS, 0), queryStart, scratch.floats(D_K, 0), keyStart);
    }

    /** result(keys, queries) = rows(keys, K) · strip(K, queries). */
    private static void scores(
            AttentionLayout layout,
            int keys,
            float[] rows,
            int rowsStart,
            float[] strip,
            int stripStart,
            float[] result) {
        StripProduct.multiply(
                keys,
                layout.headDim(),
                AttentionLayout.STRIP_VECTORS,
                rows,
                rowsStart,
                layout.rowLength(),
                1,
                strip,
                stripStart,
                STRIP,
                result,
                0,
                STRIP,
                false);
    }

    /** sum(keys, K) += weights(keys, queries) · rows(queries, K). */
    private static void overQueries(
            int keys, int rowVectors, float[] weights, float[] rows, int rowsStart, float[] sum, int sumStart) {
        int rowLength = rowVectors * Lanes.COUNT;
        StripProduct.multiply(
                keys,
                STRIP,
                rowVectors,
                weights,
                0,
                STRIP,
                1,
                rows,
                rowsStart,
                rowLength,
                sum,
                sumStart,
                rowLength,
                true);
    }

    /** For one vector of queries: scores become P, dScores (holding dP) become dS. */
    private static void softmaxGradient(
            float[] scores, float[] dScores, int keys, int lane, float[] logSumExp, float[] delta, int query) {
        FloatVector logSum = FloatVector.fromArray(Lanes.FLOATS, logSumExp, query);
        FloatVector mean = FloatVector.fromArray(Lanes.FLOATS, delta, query);
        for (int key = 0; key < keys; key++) {
            int i = key * STRIP + lane;
            FloatVector p = Exponential.powerOfHalf(logSum.sub(FloatVector.fromArray(Lanes.FLOATS, scores, i)));
            p.intoArray(scores, i);
            FloatVector.fromArray(Lanes.FLOATS, dScores, i).sub(mean).mul(p).intoArray(dScores, i);
        }
    }

    private static void scale(float[] numbers, int length, float factor) {
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, numbers, i).mul(factor).intoArray(numbers, i);
        }
    }

    private static void storeQueryGradient(
            Call call, int batch, int head, int strip, float[] dQ, int start, float[] rows) {
        AttentionLayout layout = call.layout();
        int first = strip * STRIP;
        int count = Math.min(STRIP, layout.time() - first);
        layout.transposeBack(dQ, start, layout.scale(), rows, 0);
        int stride = layout.shape().heads() * layout.headDim();
        layout.storeRows(rows, 0, count, call.dQ(), layout.queryIndex(batch, head, first), stride);
    }

    /** Adds up the dQ of the heads that more than one worker had a part of. */
    private void addSharedHeads(Call call, int parts) {
        int tiles = call.tiles();
        long done = -1;
        for (int part = 1; part < parts; part++) {
            long border = call.border(part, parts);
            long head = border / tiles;
            if (border % tiles != 0 && head != done) {
                addSharedHead(call, head, parts);
                done = head;
            }
        }
    }

    private void addSharedHead(Call call, long keyHead, int parts) {
        AttentionLayout layout = call.layout();
        int strips = layout.strips();
        int stripLength = layout.stripLength();
        int kvHeads = layout.shape().kvHeads();
        workers.forRanges(layout.group() * strips, 1, (worker, from, to) -> {
            float[] sum = worker.scratch().floats(D_Q_WHOLE, stripLength);
            float[] rows = worker.scratch().floats(ROWS, STRIP * layout.rowLength());
            for (int i = from; i < to; i++) {
                int strip = i % strips;
                Arrays.fill(sum, 0, stripLength, 0f);
                addParts(call, keyHead, parts, i, strip, sum);
                int head = (int) (keyHead % kvHeads) * layout.group() + i / strips;
                storeQueryGradient(call, (int) (keyHead / kvHeads), head, strip, sum, 0, rows);
            }
        });
    }

    /** sum += strip {@code index} of the group, from every worker that met it. */
    private void addParts(Call call, long keyHead, int parts, int index, int strip, float[] sum) {
        int stripLength = call.layout().stripLength();
        long headStart = keyHead * call.tiles();
        for (int part = 0; part < parts; part++) {
            long from = Math.max(headStart, call.border(part, parts));
            long to = Math.min(headStart + call.tiles(), call.border(part + 1, parts));
            if (from < to) {
                Segment segment = segment(call, from, to);
                if (strip >= segment.firstStrip()) {
                    float[] partial = workers.worker(part).scratch().floats(segment.slot(), 0);
                    for (int i = 0; i < stripLength; i += Lanes.COUNT) {
                        FloatVector.fromArray(Lanes.FLOATS, sum, i)
                                .add(FloatVector.fromArray(Lanes.FLOATS, partial, index * stripLength + i))
                                .intoArray(sum, i);
                    }
                }
            }
        }
    }
}
