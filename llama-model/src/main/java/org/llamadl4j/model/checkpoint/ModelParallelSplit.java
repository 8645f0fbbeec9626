package org.llamadl4j.model.checkpoint;

import java.util.regex.Pattern;
import org.llamadl4j.model.graph.LlamaWeights;

/**
 * How Meta's code cuts a parameter into the parts of a model, each on its own device (Shoeybi et al., 2019, section 3):
 * what follows a cut by rows is cut by columns, so that layers in between need nothing of each other.
 */
enum ModelParallelSplit {
    /** Every part has all of it: norms. */
    NONE,
    /** Outputs of a linear layer: wq, wk, wv, w1, w3, the output head; tokens of Llama 3's embedding. */
    ROWS,
    /** Inputs of a linear layer: wo, w2; the width of the embedding of Llama 1 and 2. */
    COLUMNS;

    private static final Pattern BY_COLUMNS =
            Pattern.compile("layers\\.\\d+\\.(attention\\.wo|feed_forward\\.w2)\\.weight");

    /**
     * The split of parameter {@code name}.
     *
     * @param shape of the whole
     * @param partShape of the first part, by which the two ways to cut an embedding differ
     */
    static ModelParallelSplit of(String name, long[] shape, long[] partShape) {
        if (shape.length == 1) {
            return NONE;
        }
        boolean narrowEmbedding =
                name.equals(LlamaWeights.EMBEDDING) && partShape.length == 2 && partShape[1] != shape[1];
        return narrowEmbedding || BY_COLUMNS.matcher(name).matches() ? COLUMNS : ROWS;
    }

    /** Whether {@code parts} can have equal shares of a parameter of {@code shape}. */
    boolean divides(long[] shape, int parts) {
        return this == NONE || shape[axis()] % parts == 0;
    }

    /** The shape of each of {@code parts} parts. */
    long[] partShape(long[] shape, int parts) {
        long[] part = shape.clone();
        if (this != NONE) {
            part[axis()] /= parts;
        }
        return part;
    }

    private int axis() {
        return this == ROWS ? 0 : 1;
    }
}
