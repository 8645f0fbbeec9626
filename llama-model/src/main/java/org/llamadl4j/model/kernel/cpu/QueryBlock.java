package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The queries of some rows of one run that share a key head, and their attention to the cache and to new keys, tile by tile.
 */
final class QueryBlock {

    private static final int TILE = CachedAttentionCall.TILE;

    // Slots of the scratch.
    private static final int KEYS = 0;
    private static final int VALUES = 1;
    private static final int ROW = 2;
    private static final int BLOCK_QUERIES = 3;
    private static final int OUTPUT = 4;
    private static final int SCORES = 5;
    private static final int HIGHEST = 6;
    private static final int SUMS = 7;

    private final CachedAttentionCall call;
    private final CacheLayout layout;
    private final CacheRun run;
    private final int head;
    /** Of the run. */
    private final int firstRow;

    private final int rows;
    private final int queries;
    private final int rowLength;
    private final float[] keys;
    private final float[] values;
    private final float[] row;
    private final float[] blockQueries;
    private final float[] output;
    private final float[] scores;
    private final float[] highest;
    private final float[] sums;

    QueryBlock(CachedAttentionCall call, Scratch scratch, CacheRun run, int head, int firstRow) {
        this.call = call;
        this.layout = call.layout();
        this.run = run;
        this.head = head;
        this.firstRow = firstRow;
        rows = Math.min(call.rowsPerBlock(), run.rows() - firstRow);
        queries = rows * call.group();
        rowLength = call.rowLength();
        int padded = paddedQueries();
        keys = scratch.floats(KEYS, layout.headDim() * TILE);
        values = scratch.floats(VALUES, TILE * rowLength);
        row = scratch.floats(ROW, layout.headDim());
        blockQueries = scratch.floats(BLOCK_QUERIES, padded * rowLength);
        output = scratch.floats(OUTPUT, padded * rowLength);
        scores = scratch.floats(SCORES, padded * TILE);
        highest = scratch.floats(HIGHEST, padded);
        sums = scratch.floats(SUMS, padded * Lanes.COUNT);
    }

    private int paddedQueries() {
        return Lanes.roundUp(queries, StripProduct.ROWS);
    }

    void attend() {
        if (run.rows() == 1) {
            call.storeRow(run, head, row);
        }
        loadQueries();
        // Copies and padding are worth their time where several queries share them.
        boolean inPlace =
                run.rows() == 1 && queries < StripProduct.ROWS && rowLength == layout.headDim() && Lanes.FUSED;
        boolean stored = run.storesFirst(layout.slots());
        int cached = run.cachedSlots(layout.slots());
        int needed = stored ? Math.min(cached, run.position() + firstRow + rows) : cached;
        for (int slot = 0; slot < needed; slot += TILE) {
            int count = Math.min(TILE, needed - slot);
            if (inPlace && layout.width(slot / TILE) == TILE) {
                attendInPlace(slot / TILE, count);
                continue;
            }
            loadCached(slot / TILE, count);
            multiplyKeys(count);
            if (stored) {
                maskLater(slot, count);
            } else {
                maskReplaced(slot, count);
            }
            addTile(count);
        }
        if (!stored) {
            attendToNew();
        }
        storeOutput();
    }

    private void attendInPlace(int block, int count) {
        long start = (long) Float.BYTES * layout.start(run.sequence(), block, head);
        ByteMemory.Window keyWindow = call.keyBytes().window(start);
        int keyIndex = call.keyBytes().index(start);
        ByteMemory.Window valueWindow = call.valueBytes().window(start);
        int valueIndex = call.valueBytes().index(start);
        int headDim = layout.headDim();
        for (int query = 0; query < queries; query++) {
            CachedTile.scores(
                    keyWindow, keyIndex, count, headDim, blockQueries, query * rowLength, scores, query * TILE);
        }
        hideAfter(count);
        softmax(queries, vectors(count), scores, highest, sums, output, rowLength);
        for (int query = 0; query < queries; query++) {
            CachedTile.addValues(
                    valueWindow, valueIndex, count, headDim, scores, query * TILE, output, query * rowLength);
        }
    }

    private void attendToNew() {
        for (int first = 0; first < firstRow + rows; first += TILE) {
            int count = Math.min(TILE, firstRow + rows - first);
            loadNew(first, count);
            multiplyKeys(count);
            maskNew(first, count);
            addTile(count);
        }
    }

    private void loadQueries() {
        int headDim = layout.headDim();
        int group = call.group();
        float scale = (float) (Exponential.LOG2_E / Math.sqrt(headDim));
        for (int n = 0; n < rows; n++) {
            int index = call.queryIndex(run.firstRow() + firstRow + n, head);
            for (int h = 0; h < group; h++) {
                call.q().get(index + h * headDim, blockQueries, (n * group + h) * rowLength, headDim);
            }
        }
        int end = paddedQueries() * rowLength;
        Arrays.fill(blockQueries, queries * rowLength, end, 0f);
        for (int i = 0; i < end; i++) {
            blockQueries[i] *= scale;
        }
        Arrays.fill(output, 0, end, 0f);
        Arrays.fill(highest, 0, paddedQueries(), Float.NEGATIVE_INFINITY);
        Arrays.fill(sums, 0, paddedQueries() * Lanes.COUNT, 0f);
    }

    private void loadCached(int block, int count) {
        int headDim = layout.headDim();
        int width = layout.width(block);
        int start = layout.start(run.sequence(), block, head);
        if (width == TILE) {
            call.keys().get(start, keys, 0, headDim * TILE);
        } else {
            for (int i = 0; i < headDim; i++) {
                call.keys().get(start + i * width, keys, i * TILE, width);
            }
        }
        if (rowLength == headDim) {
            call.values().get(start, values, 0, count * headDim);
        } else {
            for (int n = 0; n < count; n++) {
                loadValue(call.values(), start + n * headDim, n);
            }
        }
    }

    private void loadNew(int first, int count) {
        call.transposeNewKeys(run.firstRow() + first, count, head, row, keys);
        for (int n = 0; n < count; n++) {
            loadValue(call.v(), call.newIndex(run.firstRow() + first + n, head), n);
        }
    }

    private void loadValue(FloatMemory source, int index, int n) {
        source.get(index, values, n * rowLength, layout.headDim());
        Arrays.fill(values, n * rowLength + layout.headDim(), (n + 1) * rowLength, 0f);
    }

    private static int vectors(int count) {
        return (count + Lanes.COUNT - 1) / Lanes.COUNT;
    }

    private void multiplyKeys(int count) {
        StripProduct.multiply(
                paddedQueries(),
                layout.headDim(),
                vectors(count),
                blockQueries,
                0,
                rowLength,
                1,
                keys,
                0,
                TILE,
                scores,
                0,
                TILE,
                false);
        hideAfter(count);
    }

    /** Hides what is in the last vector of scores behind the last of {@code count} keys. */
    private void hideAfter(int count) {
        int end = vectors(count) * Lanes.COUNT;
        if (count < end) {
            for (int query = 0; query < queries; query++) {
                Arrays.fill(scores, query * TILE + count, query * TILE + end, Float.NEGATIVE_INFINITY);
            }
        }
    }

    /** Hides from each row the slots of the rows after its own. */
    private void maskLater(int firstSlot, int count) {
        for (int n = 0; n < rows; n++) {
            mask(n, run.position() + firstRow + n + 1 - firstSlot, count, count);
        }
    }

    /** Hides from each row the slots that the rows of the run up to itself will take over. */
    private void maskReplaced(int firstSlot, int count) {
        int slots = layout.slots();
        int begin = layout.slot(run.position());
        for (int n = 0; n < rows; n++) {
            int end = begin + Math.min(slots, firstRow + n + 1);
            mask(n, begin - firstSlot, Math.min(end, slots) - firstSlot, count);
            mask(n, -firstSlot, end - slots - firstSlot, count);
        }
    }

    /** Hides from each row the new keys after its own, and those that a ring would have lost. */
    private void maskNew(int first, int count) {
        for (int n = 0; n < rows; n++) {
            int own = firstRow + n - first;
            mask(n, own + 1, count, count);
            mask(n, 0, own - layout.slots() + 1, count);
        }
    }

    /** Hides keys {@code from} to {@code to - 1} of a tile of {@code count} from all heads of row {@code n}. */
    private void mask(int n, int from, int to, int count) {
        int begin = Math.max(0, from);
        int end = Math.min(to, count);
        if (begin < end) {
            for (int query = n * call.group(); query < (n + 1) * call.group(); query++) {
                Arrays.fill(scores, query * TILE + begin, query * TILE + end, Float.NEGATIVE_INFINITY);
            }
        }
    }

    private void addTile(int count) {
        softmax(queries, vectors(count), scores, highest, sums, output, rowLength);
        StripProduct.multiply(
                paddedQueries(),
                count,
                rowLength / Lanes.COUNT,
                scores,
                0,
                TILE,
                1,
                values,
                0,
                rowLength,
                output,
                0,
                rowLength,
                true);
    }

    private void storeOutput() {
        int headDim = layout.headDim();
        int group = call.group();
        divide(queries, output, sums, rowLength);
        for (int n = 0; n < rows; n++) {
            int index = call.queryIndex(run.firstRow() + firstRow + n, head);
            for (int h = 0; h < group; h++) {
                call.out().put(index + h * headDim, output, (n * group + h) * rowLength, headDim);
            }
        }
    }

    /**
     * For each query: scores become powers of two relative to the highest so far, and what was added up before, sums and
     * output, is rescaled to it.
     *
     * <p>One method of more bytecode than the compiler inlines (325), so that it is compiled by itself: inside a larger
     * one, the compiler may give up inlining half way, and then vectors are boxed.
     */
    private static void softmax(
            int queries, int vectors, float[] scores, float[] highest, float[] sums, float[] output, int rowLength) {
        for (int query = 0; query < queries; query++) {
            int start = query * TILE;
            int end = start + vectors * Lanes.COUNT;
            FloatVector max = FloatVector.fromArray(Lanes.FLOATS, scores, start);
            for (int i = start + Lanes.COUNT; i < end; i += Lanes.COUNT) {
                max = max.max(FloatVector.fromArray(Lanes.FLOATS, scores, i));
            }
            float before = highest[query];
            float most = Math.max(before, Lanes.max(max));
            highest[query] = most;
            // Of a query from which all keys were hidden so far, every score is -∞: its powers are 0 by any reference
            // but that.
            FloatVector reference = FloatVector.broadcast(Lanes.FLOATS, most == Float.NEGATIVE_INFINITY ? 0f : most);
            FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, sums, query * Lanes.COUNT);
            if (most > before) {
                FloatVector factor = Exponential.powerOfHalf(reference.sub(before));
                sum = sum.mul(factor);
                for (int i = query * rowLength; i < (query + 1) * rowLength; i += Lanes.COUNT) {
                    FloatVector.fromArray(Lanes.FLOATS, output, i).mul(factor).intoArray(output, i);
                }
            }
            for (int i = start; i < end; i += Lanes.COUNT) {
                FloatVector power =
                        Exponential.powerOfHalf(reference.sub(FloatVector.fromArray(Lanes.FLOATS, scores, i)));
                power.intoArray(scores, i);
                sum = sum.add(power);
            }
            sum.intoArray(sums, query * Lanes.COUNT);
        }
    }

    private static void divide(int queries, float[] output, float[] sums, int rowLength) {
        for (int query = 0; query < queries; query++) {
            float factor = 1 / sum(sums, query * Lanes.COUNT);
            for (int i = query * rowLength; i < (query + 1) * rowLength; i += Lanes.COUNT) {
                FloatVector.fromArray(Lanes.FLOATS, output, i).mul(factor).intoArray(output, i);
            }
        }
    }

    /** Of as many numbers as a vector has. */
    private static float sum(float[] numbers, int start) {
        float sum = 0;
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
            sum += numbers[start + lane];
        }
        return sum;
    }
}
