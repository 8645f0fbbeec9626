package org.llamadl4j.train.data;

/** The tokens of one split of a dataset, one document after another, each begun by BOS and ended by EOS. */
public interface TokenSplit {

    /** How many tokens there are, BOS and EOS included. */
    long tokens();

    /** How many bytes of UTF-8 text the tokens stand for. */
    long textBytes();

    /** How many documents there are. */
    long documents();

    /**
     * Copies the {@code length} tokens from {@code offset} on into {@code target}. May be called from several threads.
     *
     * @throws IndexOutOfBoundsException if they do not all exist
     * @throws org.llamadl4j.model.error.UserError if the data on disk are not as they were written
     */
    void read(long offset, int[] target, int targetOffset, int length);
}
