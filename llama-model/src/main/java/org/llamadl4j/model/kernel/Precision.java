package org.llamadl4j.model.kernel;

/**
 * The numbers that go into matrix products. Whatever is chosen, sums within products are float32, and so are weights,
 * gradients, moments and everything outside matrix products.
 */
public enum Precision {

    /** float32 operands. */
    FLOAT32,

    /**
     * Operands rounded to bfloat16: 8 bits of exponent as in float32, 8 significant bits. Where the hardware has no such
     * products, the rounded numbers are multiplied as float32, with the same meaning and no gain in speed.
     */
    BFLOAT16,

    /** {@link #BFLOAT16} where the hardware multiplies it faster, else {@link #FLOAT32}. */
    AUTO
}
