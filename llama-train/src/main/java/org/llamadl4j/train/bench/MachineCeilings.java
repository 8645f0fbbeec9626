package org.llamadl4j.train.bench;

/**
 * What the machine was measured to do at most.
 *
 * @param float32MatMul the fastest matrix product
 * @param copy memory bandwidth
 */
public record MachineCeilings(MatMul float32MatMul, Copy copy) {

    /**
     * @param shape N×O×I of out(N,O) = x(N,I) · weight(O,I)ᵀ, of all shapes tried the one with the highest median
     * @param gflops 2·N·O·I floating-point operations each, in 10⁹ a second
     */
    public record MatMul(String shape, Spread gflops) {}

    /** @param gigabytesPerSecond bytes read and bytes written together, in 10⁹ a second */
    public record Copy(Spread gigabytesPerSecond) {}
}
