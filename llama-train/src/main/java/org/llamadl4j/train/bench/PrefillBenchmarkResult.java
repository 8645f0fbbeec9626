package org.llamadl4j.train.bench;

import static org.llamadl4j.train.bench.TextTable.percent;

import java.util.List;

/**
 * How fast a prompt is computed.
 *
 * @param benchmark "prefill"
 * @param machine what measured
 * @param model whose prompt
 * @param promptTokens of the prompt
 * @param rounds how often it was measured
 * @param seconds until the first token that follows is known
 * @param tokensPerSecond of the prompt
 * @param gflops 2 operations a weight of a layer and a token, 4 a score, and the output head for one token; 10⁹ a second
 * @param ceilings measured in the same rounds
 * @param ceilingShare the median of {@code gflops} over that of the matrix-product ceiling
 * @param peakResidentBytes the most physical memory of the process, with the ceilings' 0.3 GB; null where unknown
 */
public record PrefillBenchmarkResult(
        String benchmark,
        Machine machine,
        InferenceModel.Description model,
        int promptTokens,
        Rounds rounds,
        Spread seconds,
        Spread tokensPerSecond,
        Spread gflops,
        MachineCeilings ceilings,
        double ceilingShare,
        Long peakResidentBytes)
        implements BenchmarkResult {

    @Override
    public List<TextTable> tables() {
        return List.of(
                TextTable.of("%s, %d tokens".formatted(model, promptTokens), "median", "min", "max", "of ceiling")
                        .row("until the next token, s", seconds, "")
                        .row("tokens/s", tokensPerSecond, "")
                        .row("GFLOP/s", gflops, percent(ceilingShare))
                        .row(
                                "float32 product %s, GFLOP/s"
                                        .formatted(ceilings.float32MatMul().shape()),
                                ceilings.float32MatMul().gflops(),
                                ""));
    }
}
