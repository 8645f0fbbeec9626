package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Tensor;

/**
 * How attention lays out one head in scratch memory. Queries are handled a <em>strip</em> at a time, one query a vector
 * lane, so that softmax needs no sums across lanes and heads of any size fill the vectors; keys and values are read
 * number by number from rows of {@link #rowLength} with zeros behind the head.
 */
record AttentionLayout(AttentionShape shape) {

    /** The vectors of one strip. */
    static final int STRIP_VECTORS = StripProduct.VECTORS;

    /** Queries of one strip. */
    static final int STRIP = STRIP_VECTORS * Lanes.COUNT;

    /** Keys of one tile: whole strips. */
    static final int KEYS = Lanes.roundUp(64, STRIP);

    static AttentionLayout of(AttentionShape shape) {
        Expect.that(
                shape.batch() > 0
                        && shape.time() > 0
                        && shape.heads() > 0
                        && shape.kvHeads() > 0
                        && shape.headDim() > 0,
                "sizes of attention must be positive, not %s",
                shape);
        Expect.that(
                shape.heads() % shape.kvHeads() == 0,
                "%d query heads cannot share %d key and value heads",
                shape.heads(),
                shape.kvHeads());
        return new AttentionLayout(shape);
    }

    int time() {
        return shape.time();
    }

    int headDim() {
        return shape.headDim();
    }

    /** Query heads that share one key and value head. */
    int group() {
        return shape.heads() / shape.kvHeads();
    }

    /** Numbers of one row in scratch: whole vectors, and whole blocks of {@link StripProduct#ROWS}. */
    int rowLength() {
        return Lanes.roundUp(headDim(), Math.max(StripProduct.ROWS, Lanes.COUNT));
    }

    /** {@link #headDim} in whole blocks of {@link StripProduct#ROWS}: the rows of a transposed strip. */
    int transposedRows() {
        return Lanes.roundUp(headDim(), StripProduct.ROWS);
    }

    /** Numbers of one transposed strip: {@link #transposedRows} rows, a query a column. */
    int stripLength() {
        return transposedRows() * STRIP;
    }

    int strips() {
        return (time() + STRIP - 1) / STRIP;
    }

    /** Factor of the scores. */
    float scale() {
        return (float) (1 / Math.sqrt(headDim()));
    }

    void expectQueries(String name, Tensor tensor) {
        Expect.matrix(name, tensor, shape.batch() * time(), shape.heads() * headDim());
    }

    void expectKeys(String name, Tensor tensor) {
        Expect.matrix(name, tensor, shape.batch() * time(), shape.kvHeads() * headDim());
    }

    /** Where position {@code t} of query head {@code head} of sequence {@code batch} starts. */
    int queryIndex(int batch, int head, int t) {
        return ((batch * time() + t) * shape.heads() + head) * headDim();
    }

    /** Where position {@code t} of key or value head {@code head} of sequence {@code batch} starts. */
    int keyIndex(int batch, int head, int t) {
        return ((batch * time() + t) * shape.kvHeads() + head) * headDim();
    }

    int logSumExpIndex(int batch, int head, int t) {
        return (batch * time() + t) * shape.heads() + head;
    }

    /**
     * Copies {@code count} rows of one head, {@code stride} apart from {@code index} on, to {@code target}, zeros behind
     * each and {@code padded} - {@code count} rows of zeros behind all.
     */
    void loadRows(FloatMemory source, int index, int stride, int count, int padded, float[] target, int start) {
        int rowLength = rowLength();
        int headDim = headDim();
        for (int row = 0; row < count; row++) {
            int to = start + row * rowLength;
            source.get(index + row * stride, target, to, headDim);
            for (int i = headDim; i < rowLength; i++) {
                target[to + i] = 0f;
            }
        }
        Arrays.fill(target, start + count * rowLength, start + padded * rowLength, 0f);
    }

    /** One strip of rows, each number times {@code factor}, becomes a strip with a row a column. */
    void transposeStrip(float[] rows, int rowsStart, float factor, float[] strip, int stripStart) {
        int rowLength = rowLength();
        int transposedRows = transposedRows();
        for (int i = 0; i < transposedRows; i++) {
            int to = stripStart + i * STRIP;
            int from = rowsStart + i;
            for (int lane = 0; lane < STRIP; lane++) {
                strip[to + lane] = factor * rows[from + lane * rowLength];
            }
        }
    }

    /** The inverse of {@link #transposeStrip}, for the numbers of the head. */
    void transposeBack(float[] strip, int stripStart, float factor, float[] rows, int rowsStart) {
        int rowLength = rowLength();
        int headDim = headDim();
        for (int lane = 0; lane < STRIP; lane++) {
            int to = rowsStart + lane * rowLength;
            int from = stripStart + lane;
            for (int i = 0; i < headDim; i++) {
                rows[to + i] = factor * strip[from + i * STRIP];
            }
        }
    }

    /** Copies {@code count} rows of scratch to the rows of one head, {@code stride} apart from {@code index} on. */
    void storeRows(float[] source, int start, int count, FloatMemory target, int index, int stride) {
        for (int row = 0; row < count; row++) {
            target.put(index + row * stride, source, start + row * rowLength(), headDim());
        }
    }

    /**
     * Sets the scores of keys after the query to -∞.
     *
     * @param scores rows of {@link #STRIP}, a key a row, the first being {@code firstKey}
     * @param keys rows to look at
     */
    static void mask(float[] scores, int firstKey, int keys, int firstQuery) {
        for (int row = Math.max(0, firstQuery + 1 - firstKey); row < keys; row++) {
            int masked = Math.min(STRIP, firstKey + row - firstQuery);
            Arrays.fill(scores, row * STRIP, row * STRIP + masked, Float.NEGATIVE_INFINITY);
        }
    }
}
