package org.llamadl4j.eval.score;

import java.util.Arrays;

/**
 * Tokens of which the last are to be predicted, each from all before it.
 *
 * @param tokens BOS among them where the model shall see one
 * @param firstScored the first that is predicted, from 1 to {@code tokens.length - 1}
 */
record TokenSequence(int[] tokens, int firstScored) {

    TokenSequence {
        if (firstScored < 1 || firstScored >= tokens.length) {
            throw new IllegalArgumentException("token %d of %d".formatted(firstScored, tokens.length));
        }
    }

    /** Tokens that the model reads: all but the last, which is only predicted. */
    int rows() {
        return tokens.length - 1;
    }

    /** Tokens that are predicted. */
    int scored() {
        return tokens.length - firstScored;
    }

    /** How many rows both begin with. */
    int commonRows(TokenSequence other) {
        int most = Math.min(rows(), other.rows());
        int common = Arrays.mismatch(tokens, 0, most, other.tokens, 0, most);
        return common < 0 ? most : common;
    }
}
