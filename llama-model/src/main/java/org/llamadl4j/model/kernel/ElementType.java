package org.llamadl4j.model.kernel;

/** What a {@link Buffer} holds. */
public enum ElementType {
    FLOAT32,
    INT32;

    /** Bytes of one element. */
    public int bytes() {
        return 4;
    }
}
