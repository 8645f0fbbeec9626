package org.llamadl4j.train.bench;

import static org.llamadl4j.train.bench.TextTable.percent;

import java.util.List;
import org.llamadl4j.model.kernel.AttentionShape;

/**
 * How fast attention is.
 *
 * @param benchmark "attention"
 * @param machine what measured
 * @param shape of the call
 * @param rounds how often it was measured
 * @param flopsFormula what counts as an operation
 * @param forwardGflops 10⁹ operations a second
 * @param backwardGflops the same
 * @param gflops one after the other
 * @param ceilings measured in the same rounds
 * @param ceilingShare the median of {@code gflops} over that of the matrix-product ceiling
 */
public record AttentionBenchmarkResult(
        String benchmark,
        Machine machine,
        AttentionShape shape,
        Rounds rounds,
        String flopsFormula,
        Spread forwardGflops,
        Spread backwardGflops,
        Spread gflops,
        MachineCeilings ceilings,
        double ceilingShare)
        implements BenchmarkResult {

    static final String FORMULA = "unmasked scores alone, a head: forward 4*K*T*(T+1)/2, backward 10*K*T*(T+1)/2";

    @Override
    public List<TextTable> tables() {
        String heads = "%d heads of %d, %dx%d".formatted(shape.heads(), shape.headDim(), shape.batch(), shape.time());
        double ceiling = ceilings.float32MatMul().gflops().median();
        return List.of(
                TextTable.of(heads + ", GFLOP/s", "median", "min", "max", "of ceiling")
                        .row("forward", forwardGflops, percent(forwardGflops.median() / ceiling))
                        .row("backward", backwardGflops, percent(backwardGflops.median() / ceiling))
                        .row("forward and backward", gflops, percent(ceilingShare))
                        .row(
                                "float32 product " + ceilings.float32MatMul().shape(),
                                ceilings.float32MatMul().gflops(),
                                ""),
                TextTable.of("Operations are counted so: " + flopsFormula + "."));
    }
}
