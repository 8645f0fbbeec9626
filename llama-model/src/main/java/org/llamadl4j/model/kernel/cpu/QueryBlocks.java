package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;

/**
 * The blocks of queries of a call ({@link QueryBlock}), numbered through runs, key heads and rows, with the multiplications before each.
 *
 * @param run of each
 * @param head of each
 * @param row in its run where each begins
 * @param costBefore of all before each, and of all
 */
record QueryBlocks(CacheRun[] runs, int[] heads, int[] rows, long[] costBefore) {

    static QueryBlocks of(CachedAttentionCall call) {
        CacheLayout layout = call.layout();
        int rowsPerBlock = call.rowsPerBlock();
        int count = 0;
        for (CacheRun run : call.runs()) {
            count += (run.rows() + rowsPerBlock - 1) / rowsPerBlock * layout.kvHeads();
        }
        QueryBlocks blocks = new QueryBlocks(new CacheRun[count], new int[count], new int[count], new long[count + 1]);
        int block = 0;
        for (CacheRun run : call.runs()) {
            for (int head = 0; head < layout.kvHeads(); head++) {
                for (int row = 0; row < run.rows(); row += rowsPerBlock) {
                    int end = Math.min(row + rowsPerBlock, run.rows());
                    long keys = Math.min(run.position(), layout.slots()) + (long) end;
                    long queries = (long) (end - row) * call.group();
                    blocks.runs[block] = run;
                    blocks.heads[block] = head;
                    blocks.rows[block] = row;
                    blocks.costBefore[block + 1] = blocks.costBefore[block] + 2 * layout.headDim() * keys * queries;
                    block++;
                }
            }
        }
        return blocks;
    }

    int count() {
        return runs.length;
    }

    long cost() {
        return costBefore[count()];
    }

    void attend(CachedAttentionCall call, int block, Scratch scratch) {
        new QueryBlock(call, scratch, runs[block], heads[block], rows[block]).attend();
    }

    /** First block of part {@code index} of {@code parts} of equal cost. */
    int border(int index, int parts) {
        int found = Arrays.binarySearch(costBefore, cost() / parts * index + cost() % parts * index / parts);
        return index == parts ? count() : found < 0 ? -found - 1 : found;
    }
}
