package org.llamadl4j.model.kernel.cpu;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Rotary position embedding (Su et al., 2021) of adjacent pairs: (a, b) becomes (a·cos − b·sin, b·cos + a·sin), which is
 * x·cos plus x with the pairs swapped times ∓sin.
 */
@RequiredArgsConstructor
final class CpuRope {

    private static final int GRAIN = 8192;

    /** Exchanges the two numbers of each pair. */
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(Lanes.FLOATS, lane -> lane ^ 1);

    private final Workers workers;
    private final ConcurrentMap<TableKey, Table> tables = new ConcurrentHashMap<>();

    private record TableKey(int headDim, double theta) {}

    /**
     * Cosines and sines of positions from 0 on: for each {@code width} numbers, whole heads and whole vectors; the sine
     * of the first of a pair is negative.
     */
    private record Table(int width, float[] cos, float[] sin) {

        static Table of(TableKey key, int time) {
            int headDim = key.headDim();
            int width = headDim;
            while (width % Lanes.COUNT != 0) {
                width += headDim;
            }
            float[] cos = new float[Math.multiplyExact(time, width)];
            float[] sin = new float[cos.length];
            for (int i = 0; i < headDim; i += 2) {
                double frequency = Math.pow(key.theta(), -(double) i / headDim);
                for (int t = 0; t < time; t++) {
                    float cosine = (float) Math.cos(t * frequency);
                    float sine = (float) Math.sin(t * frequency);
                    for (int head = t * width; head < (t + 1) * width; head += headDim) {
                        cos[head + i] = cosine;
                        cos[head + i + 1] = cosine;
                        sin[head + i] = -sine;
                        sin[head + i + 1] = sine;
                    }
                }
            }
            return new Table(width, cos, sin);
        }

        int time() {
            return cos.length / width;
        }
    }

    /** The table of a kind of head, made longer by doubling so that a growing sequence seldom makes a new one. */
    private Table table(int headDim, double theta, int time) {
        return tables.compute(new TableKey(headDim, theta), (key, known) -> {
            if (known == null) {
                return Table.of(key, time);
            }
            return known.time() >= time ? known : Table.of(key, Math.max(time, 2 * known.time()));
        });
    }

    void rotate(Tensor x, int time, int headDim, double theta, boolean inverse, Tensor out) {
        int rows = x.rows();
        int width = x.columns();
        Expect.matrix("out", out, rows, width);
        Expect.that(headDim > 0 && headDim % 2 == 0, "the size of a head must be even, not %d", headDim);
        Expect.that(width % headDim == 0, "rows of %d numbers are not whole heads of %d", width, headDim);
        Expect.that(time > 0 && rows % time == 0, "%d rows are not whole sequences of %d", rows, time);
        FloatMemory input = FloatMemory.of(x);
        FloatMemory output = FloatMemory.of(out);
        Table table = table(headDim, theta, time);
        int tileRows = Lanes.tileRows(width);
        workers.forRanges(rows, Math.max(1, GRAIN / width), (worker, from, to) -> {
            float[] tile = worker.scratch().floats(0, Lanes.roundUp(tileRows * width));
            for (int first = from; first < to; first += tileRows) {
                int count = Math.min(tileRows, to - first);
                input.get(first * width, tile, 0, count * width);
                for (int row = 0; row < count; row++) {
                    rotate(tile, row * width, width, table, (first + row) % time, inverse);
                }
                output.put(first * width, tile, 0, count * width);
            }
        });
    }

    private static void rotate(float[] rows, int rowStart, int width, Table table, int position, boolean inverse) {
        float direction = inverse ? -1f : 1f;
        int start = position * table.width();
        int tableWidth = table.width();
        for (int i = 0, column = 0; i < width; i += Lanes.COUNT, column += Lanes.COUNT) {
            if (column == tableWidth) {
                column = 0;
            }
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, rows, rowStart + i);
            FloatVector cos = FloatVector.fromArray(Lanes.FLOATS, table.cos(), start + column);
            FloatVector sin = FloatVector.fromArray(Lanes.FLOATS, table.sin(), start + column);
            x.rearrange(SWAP).mul(sin.mul(direction)).add(x.mul(cos)).intoArray(rows, rowStart + i);
        }
    }
}
