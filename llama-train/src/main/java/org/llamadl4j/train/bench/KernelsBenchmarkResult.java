package org.llamadl4j.train.bench;

import static org.llamadl4j.train.bench.TextTable.percent;

import java.util.List;

/**
 * How fast each kernel is alone.
 *
 * @param benchmark "kernels"
 * @param machine what measured
 * @param parameters of the model whose shapes these are
 * @param batch B
 * @param time T
 * @param rounds how often it was measured
 * @param ceilings measured in the same rounds
 * @param products kernels that the arithmetic limits
 * @param memoryBound kernels that memory limits
 * @param oneRow linear layers of one row, as in generation
 */
public record KernelsBenchmarkResult(
        String benchmark,
        Machine machine,
        long parameters,
        int batch,
        int time,
        Rounds rounds,
        MachineCeilings ceilings,
        List<Product> products,
        List<MemoryBound> memoryBound,
        List<OneRow> oneRow)
        implements BenchmarkResult {

    /**
     * @param kernel method of the kernels
     * @param shape N×O×I of out(N,O) = x(N,I) · weight(O,I)ᵀ, for the gradients of that product too
     * @param gflops 10⁹ floating-point operations a second
     * @param ceilingShare its median over that of the fastest product
     */
    public record Product(String kernel, String shape, Spread gflops, double ceilingShare) {}

    /**
     * @param kernel method of the kernels
     * @param shape of what it writes
     * @param gigabytesPerSecond what must be read and written at least
     * @param copyShare its median over that of the copy
     */
    public record MemoryBound(String kernel, String shape, Spread gigabytesPerSecond, double copyShare) {}

    /**
     * @param weights type of the weights
     * @param shape O×I of the weights
     * @param gigabytesPerSecond bytes of weights
     * @param readShare its median over that of reading alone
     */
    public record OneRow(String weights, String shape, Spread gigabytesPerSecond, double readShare) {}

    @Override
    public List<TextTable> tables() {
        TextTable arithmetic = TextTable.of("GFLOP/s", "median", "min", "max", "of ceiling");
        for (Product product : products) {
            arithmetic.row(product.kernel() + " " + product.shape(), product.gflops(), percent(product.ceilingShare()));
        }
        arithmetic.row(
                "ceiling: float32 product " + ceilings.float32MatMul().shape(),
                ceilings.float32MatMul().gflops(),
                "");
        TextTable memory = TextTable.of("GB/s", "median", "min", "max", "of ceiling");
        for (MemoryBound kernel : memoryBound) {
            memory.row(
                    kernel.kernel() + " " + kernel.shape(), kernel.gigabytesPerSecond(), percent(kernel.copyShare()));
        }
        memory.row("ceiling: copy", ceilings.copy().gigabytesPerSecond(), "");
        TextTable reading = TextTable.of("one row, GB/s", "median", "min", "max", "of ceiling");
        for (OneRow layer : oneRow) {
            reading.row(layer.weights() + " " + layer.shape(), layer.gigabytesPerSecond(), percent(layer.readShare()));
        }
        reading.row("ceiling: read", ceilings.read().gigabytesPerSecond(), "");
        return List.of(arithmetic, memory, reading);
    }
}
