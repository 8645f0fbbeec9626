package org.llamadl4j.model.checkpoint;

import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;

/** The pieces in which a parameter is read and written: whole rows, of queries and keys one head, whose rows move. */
final class WeightPieces {

    private static final int LENGTH = 1 << 20;

    /** Longest piece, so that its bytes are one array in every type. */
    private static final long LONGEST = 1 << 27;

    private WeightPieces() {}

    /** Elements of a piece of parameter {@code name} of {@code shape}; the last piece may have fewer. */
    static int length(String name, long[] shape, LlamaConfig config) {
        long columns = shape[shape.length - 1];
        long rows = HuggingFaceName.isRotary(name) ? config.headDim() : Math.max(1, LENGTH / columns);
        if (columns * rows > LONGEST) {
            throw UserError.failed(
                    "parameter %s has rows of %d elements and heads of %d rows, more than can be held at once",
                    name, columns, config.headDim());
        }
        return (int) (columns * rows);
    }
}
