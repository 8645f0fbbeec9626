package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedSet;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** An open model on disk, whose files have been found whole and fitting; parameters are called as Meta calls them. */
interface WeightSource extends Closeable {

    LlamaConfig config();

    /**
     * Its tokenizer.
     *
     * @throws UserError if there is none, or it is broken or another model's
     */
    Tokenizer tokenizer() throws IOException;

    /** The tokens that end a text. */
    SortedSet<Integer> endIds() throws IOException;

    /**
     * Compares the files with their checksums, where they have some, which reads them whole.
     *
     * @throws UserError if one differs
     */
    default void verify() throws IOException {}

    /** How parameter {@code name} is stored. */
    GgmlType type(String name);

    /** A type that holds parameter {@code name} exactly: how it is stored, or was before it came into this file. */
    GgmlType originalType(String name);

    /**
     * Where parameter {@code name} lies as one piece, query and key rows in the order of {@link #storedPairs}; empty where
     * it has to be read.
     */
    default Optional<FilePart> location(String name) {
        return Optional.empty();
    }

    /** The order of query and key rows in the files. */
    default RotaryPairs storedPairs() {
        return RotaryPairs.ADJACENT;
    }

    /**
     * Reads elements {@code offset} to {@code offset + length - 1} of a parameter as they are stored; query and key rows
     * in Meta's order. Both are multiples of a row, those of queries and keys of a head.
     */
    void read(String name, long offset, int length, byte[] target) throws IOException;
}
