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

    /** Groups of rows whose results are copied to the output together. */
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
                    part.multiply(weights[i], begin, end, outs[i]);
                }
                first += count;
            }
        });
    }

    private static int groups(WeightRows weight) {
        return (weight.rows() + RowFormat.ROWS - 1) / RowFormat.ROWS;
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

        /** Groups {@code from} to {@code to - 1} of rows of {@code weight}. */
        void multiply(WeightRows weight, int from, int to, FloatMemory out) {
            boolean converted = rows > CONVERTED_ANEW || !Lanes.FUSED;
            if (!converted && arrangedFor != weight.format()) {
                arrange(weight.format());
            }
            float[] results = scratch.floats(RESULTS, rows * FLUSH * RowFormat.ROWS);
            for (int first = from; first < to; first += FLUSH) {
                int count = Math.min(FLUSH, to - first);
                for (int group = 0; group < count; group++) {
                    int row = (first + group) * RowFormat.ROWS;
                    if (converted) {
                        multiplyConverted(weight, row);
                    } else {
                        multiplyStored(weight, row);
                    }
                    for (int n = 0; n < rows; n++) {
                        System.arraycopy(
                                sums,
                                n * RowFormat.ROWS,
                                results,
                                (n * FLUSH + group) * RowFormat.ROWS,
                                RowFormat.ROWS);
                    }
                }
                int row = first * RowFormat.ROWS;
                int length = Math.min(count * RowFormat.ROWS, weight.rows() - row);
                for (int n = 0; n < rows; n++) {
                    out.put(n * weight.rows() + row, results, n * FLUSH * RowFormat.ROWS, length);
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

        /** The four rows from {@code row} on, where they lie; past the last row, the last again. */
        private void multiplyStored(WeightRows weight, int row) {
            RowFormat format = weight.format();
            ByteMemory.Window window = weight.bytes().window(weight.start(row));
            int first = weight.bytes().index(weight.start(row));
            int more = weight.rows() - 1 - row;
            int whole = whole(format);
            int count = format.lanes();
            float[] lanes = scratch.floats(LANES, RowFormat.ROWS * count);
            for (int n = 0; n < rows; n++) {
                try {
                    format.multiply(
                            window,
                            first,
                            first + Math.min(1, more) * weight.rowBytes(),
                            first + Math.min(2, more) * weight.rowBytes(),
                            first + Math.min(3, more) * weight.rowBytes(),
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
                addRest(weight, row, whole);
            }
        }

        /** Adds the products of the columns from {@code whole} on, which are no whole step. */
        private void addRest(WeightRows weight, int row, int whole) {
            int count = columns - whole;
            float[] rest = scratch.floats(TILES, count);
            for (int r = 0; r < RowFormat.ROWS; r++) {
                weight.unpack(Math.min(row + r, weight.rows() - 1), whole, count, rest, 0, scratch);
                for (int n = 0; n < rows; n++) {
                    for (int i = 0; i < count; i++) {
                        sums[n * RowFormat.ROWS + r] += rest[i] * x[n * stride + whole + i];
                    }
                }
            }
        }

        /** The same by way of float32 copies of the rows, a tile of their columns after another. */
        private void multiplyConverted(WeightRows weight, int row) {
            Arrays.fill(sums, 0, rows * RowFormat.ROWS, 0f);
            float[] tile = scratch.floats(TILES, RowFormat.ROWS * TILE);
            for (int column = 0; column < columns; column += TILE) {
                int count = Math.min(TILE, columns - column);
                int length = Lanes.roundUp(count);
                for (int r = 0; r < RowFormat.ROWS; r++) {
                    int last = Math.min(row + r, weight.rows() - 1);
                    weight.unpack(last, column, count, tile, r * length, scratch);
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
