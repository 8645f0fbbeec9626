package org.llamadl4j.model.kernel.cpu;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;

/** Rotary position embedding (Su et al., 2021): the pair (a, b) becomes (a·cos − b·sin, b·cos + a·sin). */
@RequiredArgsConstructor
final class CpuRope {

    private static final int GRAIN = 8192;

    /** Exchanges the two numbers of each adjacent pair. */
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(Lanes.FLOATS, lane -> lane ^ 1);

    private final Workers workers;
    private final ConcurrentMap<RotaryEmbedding, RotaryTable> tables = new ConcurrentHashMap<>();

    void rotate(Tensor x, int time, RotaryEmbedding rotary, boolean inverse, Tensor out) {
        int rows = x.rows();
        Expect.that(time > 0 && rows % time == 0, "%d rows are not whole sequences of %d", rows, time);
        rotate(x, row -> row % time, rotary, inverse, out);
    }

    void rotateAt(Tensor x, Tensor positions, RotaryEmbedding rotary, Tensor out) {
        Expect.that(positions.size() == x.rows(), "there are %d positions for %d rows", positions.size(), x.rows());
        rotate(x, IntMemory.of(positions)::get, rotary, false, out);
    }

    /** @param positions of each row; a row of a negative one is copied */
    private void rotate(Tensor x, IntUnaryOperator positions, RotaryEmbedding rotary, boolean inverse, Tensor out) {
        int rows = x.rows();
        int width = x.columns();
        int headDim = rotary.headDim();
        Expect.matrix("out", out, rows, width);
        Expect.that(width % headDim == 0, "rows of %d numbers are not whole heads of %d", width, headDim);
        FloatMemory input = FloatMemory.of(x);
        FloatMemory output = FloatMemory.of(out);
        RotaryTable table = tables.computeIfAbsent(rotary, RotaryTable::new);
        boolean halves = rotary.pairs() == RotaryPairs.HALVES;
        float direction = inverse ? -1f : 1f;
        int tileRows = Lanes.tileRows(width);
        workers.forRanges(rows, Math.max(1, GRAIN / width), (worker, from, to) -> {
            float[] tile = worker.scratch().floats(0, Lanes.roundUp(tileRows * width));
            int blockIndex = -1;
            RotaryTable.Block block = null;
            for (int first = from; first < to; first += tileRows) {
                int count = Math.min(tileRows, to - first);
                input.get(first * width, tile, 0, count * width);
                for (int row = 0; row < count; row++) {
                    int position = positions.applyAsInt(first + row);
                    if (position < 0) {
                        continue;
                    }
                    if (position / RotaryTable.BLOCK != blockIndex) {
                        blockIndex = position / RotaryTable.BLOCK;
                        block = table.block(blockIndex);
                    }
                    int angles = position % RotaryTable.BLOCK * table.width();
                    if (halves) {
                        rotateHalves(tile, row * width, width, block, angles, table.width(), direction);
                    } else {
                        rotateAdjacent(tile, row * width, width, block, angles, table.width(), direction);
                    }
                }
                output.put(first * width, tile, 0, count * width);
            }
        });
    }

    /** x·cos plus x with the pairs swapped times ∓sin; the last vector may go past the row. */
    private static void rotateAdjacent(
            float[] rows, int start, int width, RotaryTable.Block block, int angles, int tableWidth, float direction) {
        for (int i = 0, column = 0; i < width; i += Lanes.COUNT, column += Lanes.COUNT) {
            if (column == tableWidth) {
                column = 0;
            }
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, rows, start + i);
            FloatVector cos = FloatVector.fromArray(Lanes.FLOATS, block.cos(), angles + column);
            FloatVector sin = FloatVector.fromArray(Lanes.FLOATS, block.sin(), angles + column);
            x.rearrange(SWAP).mul(sin.mul(direction)).add(x.mul(cos)).intoArray(rows, start + i);
        }
    }

    /**
     * Each head by itself: vectors of its first half with vectors of its second. Where K/2 is no whole number of vectors,
     * the last lies over the end of the one before, and is read before that is written.
     */
    private static void rotateHalves(
            float[] rows, int start, int width, RotaryTable.Block block, int angles, int half, float direction) {
        int whole = half - half % Lanes.COUNT;
        int last = half - Lanes.COUNT;
        for (int head = start; head < start + width; head += 2 * half) {
            if (last < 0) {
                rotateShortHead(rows, head, block, angles, half, direction);
                continue;
            }
            FloatVector lastA = FloatVector.fromArray(Lanes.FLOATS, rows, head + last);
            FloatVector lastB = FloatVector.fromArray(Lanes.FLOATS, rows, head + half + last);
            for (int i = 0; i < whole; i += Lanes.COUNT) {
                FloatVector a = FloatVector.fromArray(Lanes.FLOATS, rows, head + i);
                FloatVector b = FloatVector.fromArray(Lanes.FLOATS, rows, head + half + i);
                FloatVector cos = FloatVector.fromArray(Lanes.FLOATS, block.cos(), angles + i);
                FloatVector sin = FloatVector.fromArray(Lanes.FLOATS, block.sin(), angles + i)
                        .mul(direction);
                a.mul(cos).sub(b.mul(sin)).intoArray(rows, head + i);
                b.mul(cos).add(a.mul(sin)).intoArray(rows, head + half + i);
            }
            if (whole < half) {
                FloatVector cos = FloatVector.fromArray(Lanes.FLOATS, block.cos(), angles + last);
                FloatVector sin = FloatVector.fromArray(Lanes.FLOATS, block.sin(), angles + last)
                        .mul(direction);
                lastA.mul(cos).sub(lastB.mul(sin)).intoArray(rows, head + last);
                lastB.mul(cos).add(lastA.mul(sin)).intoArray(rows, head + half + last);
            }
        }
    }

    /** A head whose halves are shorter than a vector. */
    private static void rotateShortHead(
            float[] rows, int head, RotaryTable.Block block, int angles, int half, float direction) {
        for (int i = 0; i < half; i++) {
            float a = rows[head + i];
            float b = rows[head + half + i];
            float cos = block.cos()[angles + i];
            float sin = direction * block.sin()[angles + i];
            rows[head + i] = a * cos - b * sin;
            rows[head + half + i] = b * cos + a * sin;
        }
    }
}
