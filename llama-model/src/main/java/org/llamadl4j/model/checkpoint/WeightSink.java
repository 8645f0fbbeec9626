package org.llamadl4j.model.checkpoint;

import java.io.IOException;

/** Takes the parameters of a model one after another, each from its beginning to its end. */
@FunctionalInterface
interface WeightSink {

    /**
     * Appends to parameter {@code name}, as Meta calls it, {@code count} bytes as they are stored; of queries and keys
     * one head, in Meta's order.
     */
    void append(String name, byte[] stored, int count) throws IOException;
}
