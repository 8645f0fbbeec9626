package org.llamadl4j.model.kernel.cpu;

import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/** Rows of a table picked by number, and the gradient of that. */
@RequiredArgsConstructor
final class CpuEmbedding {

    private static final int GRAIN = 64;

    private final Workers workers;

    /** out(N,D): row n is row rows[n] of table, of any type. */
    void select(String name, Tensor table, Tensor rows, Tensor out) {
        int count = Math.toIntExact(rows.size());
        int width = table.columns();
        int tableRows = table.rows();
        Expect.matrix("out", out, count, width);
        IntMemory indices = IntMemory.of(rows);
        FloatMemory target = FloatMemory.of(out);
        if (table.buffer() instanceof StoredMemory) {
            select(name, WeightRows.of(table), indices, target);
            return;
        }
        FloatMemory source = FloatMemory.of(table);
        workers.forRanges(count, GRAIN, (worker, from, to) -> {
            for (int n = from; n < to; n++) {
                int row = check(name, indices.get(n), n, tableRows);
                target.put(n * width, source, row * width, width);
            }
        });
    }

    /** The same of a table that is not float32. */
    private void select(String name, WeightRows table, IntMemory indices, FloatMemory target) {
        int width = table.columns();
        workers.forRanges((int) indices.length(), GRAIN, (worker, from, to) -> {
            float[] numbers = worker.scratch().floats(0, width);
            for (int n = from; n < to; n++) {
                int row = check(name, indices.get(n), n, table.rows());
                table.unpack(row, 0, width, numbers, 0, worker.scratch());
                target.put(n * width, numbers, 0, width);
            }
        });
    }

    /** dWeight(V,D): row tokens[n] += row n of dOut(N,D). Each worker adds the tokens that fall to it, in their order. */
    void gradient(Tensor tokens, Tensor dOut, Tensor dWeight) {
        int count = Math.toIntExact(tokens.size());
        int width = dWeight.columns();
        int vocabulary = dWeight.rows();
        Expect.matrix("dOut", dOut, count, width);
        IntMemory indices = IntMemory.of(tokens);
        FloatMemory source = FloatMemory.of(dOut);
        FloatMemory target = FloatMemory.of(dWeight);
        for (int n = 0; n < count; n++) {
            check("token", indices.get(n), n, vocabulary);
        }
        int parts = Math.min(workers.count(), (count + GRAIN - 1) / GRAIN);
        workers.run(parts, worker -> {
            float[] sum = worker.scratch().floats(0, Lanes.roundUp(width));
            float[] row = worker.scratch().floats(1, Lanes.roundUp(width));
            for (int n = 0; n < count; n++) {
                int token = indices.get(n);
                if (token % parts == worker.index()) {
                    target.get(token * width, sum, 0, width);
                    source.get(n * width, row, 0, width);
                    CpuElementwise.addTo(sum, row, width);
                    target.put(token * width, sum, 0, width);
                }
            }
        });
    }

    private static int check(String name, int index, int position, int count) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(
                    "%s %d at position %d is outside 0 to %d".formatted(name, index, position, count - 1));
        }
        return index;
    }
}
