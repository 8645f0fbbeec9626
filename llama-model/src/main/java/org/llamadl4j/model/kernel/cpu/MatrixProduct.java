package org.llamadl4j.model.kernel.cpu;

import org.llamadl4j.model.kernel.Precision;

/** A way to multiply matrices: a library, and the precision of what it multiplies. */
interface MatrixProduct extends AutoCloseable {

    /** What the log calls it, such as "float32 products by OpenBLAS". */
    String description();

    /** What the operands are: FLOAT32 or BFLOAT16. */
    Precision precision();

    /**
     * {@code values} as this product reads them.
     *
     * @param slot 0 to 2; the operand is valid until the same slot is asked for again, or {@code values} change
     */
    Operand operand(int slot, FloatMemory values);

    /** c = op(a)·op(b) + beta·c, with operands that {@link #operand} made of a and b; beta is 0 or 1. */
    void multiply(MatMulShape shape, Operand a, Operand b, float beta, FloatMemory c);

    /** Frees what the library holds. */
    @Override
    void close();
}
