package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Attention of new rows to the keys and values of a cache and to each other, by online softmax over tiles (Dao et al.,
 * 2022). The query heads that share a key head, of several rows of one sequence, are one block of queries: each tile of
 * keys and values is loaded once for all of them, be it one row that is generated or many of a prompt.
 *
 * <p>Rows are stored, then attend to the cache alone. Only where a ring goes round within several rows of a sequence do these
 * attend to the cache as it was and to the new keys where they lie, and are stored when all have done so: later rows take
 * the places of keys that earlier rows still need.
 */
@RequiredArgsConstructor
final class CpuCachedAttention {

    /** Keys of a tile: a block of the cache, or as many new ones. */
    private static final int TILE = CacheLayout.BLOCK;

    /** Queries of a block, where one row has no more heads to a key head. */
    private static final int QUERIES = 64;

    /** Multiplications that are worth a worker. */
    private static final long GRAIN = 1 << 14;

    // Slots of the scratch.
    private static final int KEYS = 0;
    private static final int VALUES = 1;
    private static final int ROW = 2;
    private static final int BLOCK_QUERIES = 3;
    private static final int OUTPUT = 4;
    private static final int SCORES = 5;
    private static final int HIGHEST = 6;
    private static final int SUMS = 7;

    private final Workers workers;

    void attend(
            Tensor q, Tensor k, Tensor v, Tensor sequences, Tensor positions, Tensor keys, Tensor values, Tensor out) {
        CacheLayout layout = CacheLayout.of(keys, values);
        int rows = q.rows();
        int width = layout.kvHeads() * layout.headDim();
        Expect.that(
                q.columns() % width == 0,
                "%d query heads cannot share %d key and value heads",
                q.columns() / layout.headDim(),
                layout.kvHeads());
        Expect.matrix("k", k, rows, width);
        Expect.matrix("v", v, rows, width);
        Expect.matrix("out", out, rows, q.columns());
        Expect.size("sequences", sequences, rows);
        Expect.size("positions", positions, rows);
        IntMemory rowSequences = IntMemory.of(sequences);
        Call call = new Call(
                layout,
                q.columns() / width,
                FloatMemory.of(q),
                FloatMemory.of(k),
                FloatMemory.of(v),
                FloatMemory.of(keys),
                FloatMemory.of(values),
                FloatMemory.of(keys).bytes(),
                FloatMemory.of(values).bytes(),
                FloatMemory.of(out),
                CacheRun.of(rowSequences, IntMemory.of(positions), layout.sequences()));
        zeroRowsWithoutSequence(rowSequences, FloatMemory.of(out), q.columns());

        for (CacheRun run : call.runs()) {
            if (run.rows() > 1 && run.storesFirst(layout.slots())) {
                store(call, run);
            }
        }
        Items items = Items.of(call);
        int parts = (int) Math.max(1, Math.min(Math.min(workers.count(), items.count()), items.cost() / GRAIN));
        workers.run(parts, worker -> {
            int to = items.border(worker.index() + 1, parts);
            for (int item = items.border(worker.index(), parts); item < to; item++) {
                new Block(call, worker.scratch(), items.run(item), items.head(item), items.row(item)).attend();
            }
        });
        for (CacheRun run : call.runs()) {
            if (!run.storesFirst(layout.slots())) {
                store(call, run);
            }
        }
    }

    /** Copies what position 0 to {@code length} - 1 left in sequence {@code from} of {@code cache} to sequence {@code to}. */
    void copy(Tensor cache, int from, int to, int length) {
        CacheLayout layout = CacheLayout.of(cache, cache);
        Objects.checkIndex(from, layout.sequences());
        Objects.checkIndex(to, layout.sequences());
        FloatMemory memory = FloatMemory.of(cache);
        int source = layout.sequenceStart(from);
        int target = layout.sequenceStart(to);
        workers.forRanges(
                layout.prefix(length),
                CpuElementwise.GRAIN,
                (worker, begin, end) -> memory.put(target + begin, memory, source + begin, end - begin));
    }

    private static void zeroRowsWithoutSequence(IntMemory sequences, FloatMemory out, int width) {
        for (int row = 0; row < sequences.length(); row++) {
            if (sequences.get(row) < 0) {
                out.put(row * width, new float[width], 0, width);
            }
        }
    }

    private void store(Call call, CacheRun run) {
        workers.forRanges(call.layout().kvHeads(), 1, (worker, from, to) -> {
            for (int head = from; head < to; head++) {
                call.store(run, head, worker.scratch());
            }
        });
    }

    /**
     * One call.
     *
     * @param group query heads that share a key head
     */
    private record Call(
            CacheLayout layout,
            int group,
            FloatMemory q,
            FloatMemory k,
            FloatMemory v,
            FloatMemory keys,
            FloatMemory values,
            ByteMemory keyBytes,
            ByteMemory valueBytes,
            FloatMemory out,
            List<CacheRun> runs) {

        /** Where key and value head {@code head} of row {@code row} start in k and v. */
        int newIndex(int row, int head) {
            return (row * layout.kvHeads() + head) * layout.headDim();
        }

        /** Where the first query head of key head {@code head} of row {@code row} starts in q and out. */
        int queryIndex(int row, int head) {
            return newIndex(row, head) * group;
        }

        int rowLength() {
            return Lanes.roundUp(layout.headDim());
        }

        /** Rows of a run whose queries are one block. */
        int rowsPerBlock() {
            return Math.max(1, QUERIES / group);
        }

        /** One head of one row. */
        void storeRow(CacheRun run, int head, float[] row) {
            int headDim = layout.headDim();
            int slot = layout.slot(run.position());
            int block = slot / TILE;
            int width = layout.width(block);
            int start = layout.start(run.sequence(), block, head);
            int column = slot % TILE;
            k.get(newIndex(run.firstRow(), head), row, 0, headDim);
            for (int i = 0; i < headDim; i++) {
                keys.put(start + i * width + column, row[i]);
            }
            values.put(start + column * headDim, v, newIndex(run.firstRow(), head), headDim);
        }

        /** One head of those rows of a run that stay in the ring. */
        void store(CacheRun run, int head, Scratch scratch) {
            int headDim = layout.headDim();
            float[] tile = scratch.floats(KEYS, headDim * TILE);
            int next;
            for (int row = Math.max(0, run.rows() - layout.slots()); row < run.rows(); row = next) {
                int slot = layout.slot(run.position() + row);
                int block = slot / TILE;
                int column = slot % TILE;
                int width = layout.width(block);
                int count = Math.min(width - column, run.rows() - row);
                int start = layout.start(run.sequence(), block, head);
                transposeNewKeys(run.firstRow() + row, count, head, scratch.floats(ROW, headDim), tile);
                for (int i = 0; i < headDim; i++) {
                    keys.put(start + i * width + column, tile, i * TILE, count);
                }
                for (int n = 0; n < count; n++) {
                    int index = newIndex(run.firstRow() + row + n, head);
                    values.put(start + (column + n) * headDim, v, index, headDim);
                }
                next = row + count;
            }
        }

        /** Keys of {@code count} new rows become columns of {@code tile}. */
        void transposeNewKeys(int firstRow, int count, int head, float[] row, float[] tile) {
            int headDim = layout.headDim();
            for (int n = 0; n < count; n++) {
                k.get(newIndex(firstRow + n, head), row, 0, headDim);
                for (int i = 0; i < headDim; i++) {
                    tile[i * TILE + n] = row[i];
                }
            }
        }
    }

    /**
     * The blocks of queries of a call, numbered through runs, key heads and rows, with the multiplications before each.
     *
     * @param run of each
     * @param head of each
     * @param row in its run where each begins
     * @param costBefore of all items before each, and of all
     */
    private record Items(CacheRun[] runs, int[] heads, int[] rows, long[] costBefore) {

        static Items of(Call call) {
            CacheLayout layout = call.layout();
            int rowsPerBlock = call.rowsPerBlock();
            int count = 0;
            for (CacheRun run : call.runs()) {
                count += (run.rows() + rowsPerBlock - 1) / rowsPerBlock * layout.kvHeads();
            }
            Items items = new Items(new CacheRun[count], new int[count], new int[count], new long[count + 1]);
            int item = 0;
            for (CacheRun run : call.runs()) {
                for (int head = 0; head < layout.kvHeads(); head++) {
                    for (int row = 0; row < run.rows(); row += rowsPerBlock) {
                        int end = Math.min(row + rowsPerBlock, run.rows());
                        long keys = Math.min(run.position(), layout.slots()) + (long) end;
                        long queries = (long) (end - row) * call.group();
                        items.runs[item] = run;
                        items.heads[item] = head;
                        items.rows[item] = row;
                        items.costBefore[item + 1] = items.costBefore[item] + 2 * layout.headDim() * keys * queries;
                        item++;
                    }
                }
            }
            return items;
        }

        int count() {
            return runs.length;
        }

        long cost() {
            return costBefore[count()];
        }

        CacheRun run(int item) {
            return runs[item];
        }

        int head(int item) {
            return heads[item];
        }

        int row(int item) {
            return rows[item];
        }

        /** First item of part {@code index} of {@code parts} of equal cost. */
        int border(int index, int parts) {
            int found = Arrays.binarySearch(costBefore, cost() / parts * index + cost() % parts * index / parts);
            return index == parts ? count() : found < 0 ? -found - 1 : found;
        }
    }

    /** The queries of some rows of one run that share a key head. */
    private static final class Block {

        private final Call call;
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

        Block(Call call, Scratch scratch, CacheRun run, int head, int firstRow) {
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
