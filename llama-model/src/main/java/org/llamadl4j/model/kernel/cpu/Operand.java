package org.llamadl4j.model.kernel.cpu;

/** A matrix as a {@link MatrixProduct} reads it: the float32 numbers themselves, or a bfloat16 copy of them. */
sealed interface Operand permits FloatMemory, Bfloat16Memory {

    /** The same without the first {@code offset} numbers. */
    Operand from(long offset);
}
