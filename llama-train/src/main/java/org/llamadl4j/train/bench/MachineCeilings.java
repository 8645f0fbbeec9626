package org.llamadl4j.train.bench;

import org.llamadl4j.model.kernel.Precision;

/**
 * What the machine was measured to do at most.
 *
 * @param float32MatMul the fastest matrix product
 * @param bfloat16MatMul the same of bfloat16 numbers, sums in float32; null where the hardware has none
 * @param copy memory bandwidth, read and written
 * @param read memory bandwidth, read alone
 */
public record MachineCeilings(MatMul float32MatMul, MatMul bfloat16MatMul, Copy copy, Read read) {

    /** The fastest product of operands of {@code precision}; that of float32 where the hardware has no other. */
    MatMul matMul(Precision precision) {
        return precision == Precision.BFLOAT16 && bfloat16MatMul != null ? bfloat16MatMul : float32MatMul;
    }

    /**
     * @param shape N×O×I of out(N,O) = x(N,I) · weight(O,I)ᵀ, of all shapes tried the one with the highest median
     * @param gflops 2·N·O·I floating-point operations each, in 10⁹ a second
     */
    public record MatMul(String shape, Spread gflops) {}

    /** @param gigabytesPerSecond bytes read and bytes written together, in 10⁹ a second */
    public record Copy(Spread gigabytesPerSecond) {}

    /** @param gigabytesPerSecond bytes read, in 10⁹ a second */
    public record Read(Spread gigabytesPerSecond) {}
}
