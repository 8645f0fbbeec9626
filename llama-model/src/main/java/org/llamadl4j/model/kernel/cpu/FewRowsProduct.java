package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import lombok.RequiredArgsConstructor;

/**
 * Linear layers of few rows x, such as the one of a token that is generated: limited by memory, so each weight is read
 * once, where it lies. Every worker takes a range of the weights' rows.
 */
@RequiredArgsConstructor
final class FewRowsProduct {

    /** More rows than this are faster as one matrix product. */
    static final int MOST_ROWS = 32;

    /** Up to so many rows x the rows of weights are converted anew for each, out of the first cache. */
    private static final int CONVERTED_ANEW = 3;

    /** Bytes of weights that are worth a worker. */
    private static final int GRAIN_BYTES = 1 << 16;

    /** Numbers of a row of weights that are converted at once; whole blocks and vectors. */
    private static final int TILE = 2048;

    /** Steps whose results are copied to the output together. */
    private static final int FLUSH = 64;

    // Slots of the scratch.
    private static final int X = 0;
    private static final int ARRANGED = 1;
    private static final int SUMS = ARRANGED + CONVERTED_ANEW;
    private static final int RESULTS = SUMS + 1;
    private static final int TILES = RESULTS + 1;
    private static final int LANES = TILES + 1;

    private final Workers workers;

    /**
     * outs[i](N,Oᵢ) = x(N,I) · weights[i](Oᵢ,I)ᵀ.
     *
     * @param rows N, at most {@link #MOST_ROWS}
     */
    void multiply(FloatMemory x, int rows, WeightRows[] weights, FloatMemory[] outs) {
        int groups = 0;
        long bytes = 0;
        for (WeightRows weight : weights) {
            groups += groups(weight);
            bytes += weight.start(weight.rows());
        }
        int grain = (int) Math.max(1, Math.min(groups, GRAIN_BYTES * (long) groups / Math.max(1, bytes)));
        workers.forRanges(groups, grain, (worker, from, to) -> {
            Part part = new Part(worker.scratch(), rows, weights[0].columns());
            part.read(x);
            int first = 0;
            for (int i = 0; i < weights.length; i++) {
                int count = groups(weights[i]);
                int begin = Math.max(from - first, 0);
                int end = Math.min(to - first, count);
                if (begin < end) {
                    int last = Math.min(end * RowFormat.ROWS, weights[i].rows());
                    part.multiply(weights[i], begin * RowFormat.ROWS, last, outs[i]);
                }
                first += count;
            }
        });
    }

    private static int groups(WeightRows weight) {
        return (weight.rows() + RowFormat.ROWS - 1) / RowFormat.ROWS;
    }

    /**
     * Rows that {@link RowFormat#ROWS} streams go through side by side, each a run of its own. What fetches memory in advance
     * follows a long run to its end; were rows that are multiplied at once neighbours, each stream would begin anew with
     * every row.
     *
     * @param first row
     * @param rows how many
     */
    private record Streams(int first, int rows) {

        /** Steps of each stream. */
        int length() {
            return (rows + RowFormat.ROWS - 1) / RowFormat.ROWS;
        }

        /** The row of stream {@code stream} at {@code step}; past the last row, the last again. */
        int row(int stream, int step) {
            return first + Math.min(stream * length() + step, rows - 1);
        }

        /** From the row of stream 0. */
        int distance(int stream, int step) {
            return row(stream, step) - row(0, step);
        }
    }

    /** One worker's part. */
    private static final class Part {

        private final Scratch scratch;
        private final int rows;
        private final int columns;
        /** From one x to the next: whole vectors, of which the last is filled with zeros. */
        private final int stride;

        private final float[] x;
        /** [4·n + r] product of x n with row r of a group. */
        private final float[] sums;

        private RowFormat arrangedFor;

        Part(Scratch scratch, int rows, int columns) {
            this.scratch = scratch;
            this.rows = rows;
            this.columns = columns;
            stride = Lanes.roundUp(columns);
            x = scratch.floats(X, rows * stride);
            sums = scratch.floats(SUMS, RowFormat.ROWS * rows);
        }

        void read(FloatMemory source) {
            for (int n = 0; n < rows; n++) {
                source.get(n * columns, x, n * stride, columns);
                Arrays.fill(x, n * stride + columns, (n + 1) * stride, 0f);
            }
        }

        /** Rows {@code from} to {@code to - 1} of {@code weight}. */
        void multiply(WeightRows weight, int from, int to, FloatMemory out) {
            int most = Math.max(RowFormat.ROWS, ByteMemory.LONGEST_RUN / Math.max(1, weight.rowBytes()));
            for (int first = from; first < to; first += most) {
                multiply(weight, new Streams(first, Math.min(most, to - first)), out);
            }
        }

        private void multiply(WeightRows weight, Streams streams, FloatMemory out) {
            boolean converted = rows > CONVERTED_ANEW || !Lanes.FUSED;
            if (!converted && arrangedFor != weight.format()) {
                arrange(weight.format());
            }
            float[] results = scratch.floats(RESULTS, rows * FLUSH * RowFormat.ROWS);
            for (int first = 0; first < streams.length(); first += FLUSH) {
                int count = Math.min(FLUSH, streams.length() - first);
                for (int step = 0; step < count; step++) {
                    if (converted) {
                        multiplyConverted(weight, streams, first + step);
                    } else {
                        multiplyStored(weight, streams, first + step);
                    }
                    for (int i = 0; i < rows * RowFormat.ROWS; i++) {
                        results[i * FLUSH + step] = sums[i];
                    }
                }
                for (int i = 0; i < rows * RowFormat.ROWS; i++) {
                    int begin = streams.first() + i % RowFormat.ROWS * streams.length() + first;
                    int length = Math.min(count, streams.first() + streams.rows() - begin);
                    if (length > 0) {
                        out.put(i / RowFormat.ROWS * weight.rows() + begin, results, i * FLUSH, length);
                    }
                }
            }
        }

        private void arrange(RowFormat format) {
            for (int n = 0; n < rows; n++) {
                format.arrange(x, n * stride, whole(format), arranged(format, n));
            }
            arrangedFor = format;
        }

        private float[] arranged(RowFormat format, int n) {
            return scratch.floats(ARRANGED + n, format.arrangedLength(whole(format)));
        }

        /** Columns that are whole steps. */
        private int whole(RowFormat format) {
            return columns - columns % format.step();
        }

        /** The rows at {@code step} of the streams, where they lie. */
        private void multiplyStored(WeightRows weight, Streams streams, int step) {
            RowFormat format = weight.format();
            long start = weight.start(streams.row(0, step));
            ByteMemory.Window window = weight.bytes().window(start);
            int first = weight.bytes().index(start);
            int whole = whole(format);
            int count = format.lanes();
            float[] lanes = scratch.floats(LANES, RowFormat.ROWS * count);
            for (int n = 0; n < rows; n++) {
                try {
                    format.multiply(
                            window,
                            first,
                            first + streams.distance(1, step) * weight.rowBytes(),
                            first + streams.distance(2, step) * weight.rowBytes(),
                            first + streams.distance(3, step) * weight.rowBytes(),
                            whole,
                            arranged(format, n),
                            lanes);
                } catch (Throwable e) {
                    throw VectorLoads.unexpected(e);
                }
                for (int r = 0; r < RowFormat.ROWS; r++) {
                    sums[n * RowFormat.ROWS + r] = format.sumScale() * Lanes.sum(lanes, r * count, count);
                }
            }
            if (whole < columns) {
                addRest(weight, streams, step, whole);
            }
        }

        /** Adds the products of the columns from {@code whole} on, which are no whole step. */
        private void addRest(WeightRows weight, Streams streams, int step, int whole) {
            int count = columns - whole;
            float[] rest = scratch.floats(TILES, count);
            for (int r = 0; r < RowFormat.ROWS; r++) {
                weight.unpack(streams.row(r, step), whole, count, rest, 0, scratch);
                for (int n = 0; n < rows; n++) {
                    for (int i = 0; i < count; i++) {
                        sums[n * RowFormat.ROWS + r] += rest[i] * x[n * stride + whole + i];
                    }
                }
            }
        }

        /** The same by way of float32 copies of the rows, a tile of their columns after another. */
        private void multiplyConverted(WeightRows weight, Streams streams, int step) {
            Arrays.fill(sums, 0, rows * RowFormat.ROWS, 0f);
            float[] tile = scratch.floats(TILES, RowFormat.ROWS * TILE);
            for (int column = 0; column < columns; column += TILE) {
                int count = Math.min(TILE, columns - column);
                int length = Lanes.roundUp(count);
                for (int r = 0; r < RowFormat.ROWS; r++) {
                    weight.unpack(streams.row(r, step), column, count, tile, r * length, scratch);
                    Arrays.fill(tile, r * length + count, (r + 1) * length, 0f);
                }
                addProducts(tile, length, column);
            }
        }

        private void addProducts(float[] tile, int length, int column) {
            float[] lanes = scratch.floats(LANES, DotBlock.MOST_INPUTS * RowFormat.ROWS * Lanes.COUNT);
            for (int n = 0, inputs; n < rows; n += inputs) {
                int left = rows - n;
                // Two and two are faster than three and one.
                inputs = left == 4 ? 2 : Math.min(left, DotBlock.MOST_INPUTS);
                DotBlock.multiply(inputs, length, tile, x, n * stride + column, stride, lanes);
                for (int k = 0; k < inputs * RowFormat.ROWS; k++) {
                    sums[n * RowFormat.ROWS + k] += Lanes.sum(lanes, k * Lanes.COUNT, Lanes.COUNT);
                }
            }
        }
    }
}
