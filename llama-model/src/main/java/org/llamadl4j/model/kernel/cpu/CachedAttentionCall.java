package org.llamadl4j.model.kernel.cpu;

import java.util.List;

/**
 * One call of {@link CpuCachedAttention}: its tensors, where heads lie in them, and how new keys and values are stored.
 *
 * @param group query heads that share a key head
 */
record CachedAttentionCall(
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

    /** Keys of a tile: a block of the cache, or as many new ones. */
    static final int TILE = CacheLayout.BLOCK;

    /** Queries of a block, where one row has no more heads to a key head. */
    private static final int QUERIES = 64;

    // Slots of the scratch.
    private static final int STORED_KEYS = 0;
    private static final int STORED_ROW = 2;

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
        float[] tile = scratch.floats(STORED_KEYS, headDim * TILE);
        int next;
        for (int row = Math.max(0, run.rows() - layout.slots()); row < run.rows(); row = next) {
            int slot = layout.slot(run.position() + row);
            int block = slot / TILE;
            int column = slot % TILE;
            int width = layout.width(block);
            int count = Math.min(width - column, run.rows() - row);
            int start = layout.start(run.sequence(), block, head);
            transposeNewKeys(run.firstRow() + row, count, head, scratch.floats(STORED_ROW, headDim), tile);
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
