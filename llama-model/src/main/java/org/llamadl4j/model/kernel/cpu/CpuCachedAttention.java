package org.llamadl4j.model.kernel.cpu;

import java.util.Objects;
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

    /** Multiplications that are worth a worker. */
    private static final long GRAIN = 1 << 14;

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
        CachedAttentionCall call = new CachedAttentionCall(
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
        QueryBlocks blocks = QueryBlocks.of(call);
        int parts = (int) Math.max(1, Math.min(Math.min(workers.count(), blocks.count()), blocks.cost() / GRAIN));
        workers.run(parts, worker -> {
            int to = blocks.border(worker.index() + 1, parts);
            for (int index = blocks.border(worker.index(), parts); index < to; index++) {
                blocks.attend(call, index, worker.scratch());
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

    private void store(CachedAttentionCall call, CacheRun run) {
        workers.forRanges(call.layout().kvHeads(), 1, (worker, from, to) -> {
            for (int head = from; head < to; head++) {
                call.store(run, head, worker.scratch());
            }
        });
    }
}
