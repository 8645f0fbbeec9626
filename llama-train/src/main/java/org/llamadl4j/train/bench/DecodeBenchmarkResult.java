package org.llamadl4j.train.bench;

import static org.llamadl4j.train.bench.TextTable.number;
import static org.llamadl4j.train.bench.TextTable.percent;

import java.util.List;

/**
 * How fast tokens come one after the other.
 *
 * @param benchmark "decode"
 * @param machine what measured
 * @param model that says them
 * @param promptTokens before them
 * @param newTokens in one text
 * @param rounds how often it was measured
 * @param tokensPerSecond new tokens
 * @param gigabytesPerSecond bytes of weights that had to be read, in 10⁹ a second; keys and values come on top
 * @param ceilings measured in the same rounds
 * @param readShare the median of {@code gigabytesPerSecond} over that of reading alone
 * @param peakResidentBytes the most physical memory of the process, with the ceilings' 0.3 GB; null where unknown
 */
public record DecodeBenchmarkResult(
        String benchmark,
        Machine machine,
        InferenceModel.Description model,
        int promptTokens,
        int newTokens,
        Rounds rounds,
        Spread tokensPerSecond,
        Spread gigabytesPerSecond,
        MachineCeilings ceilings,
        double readShare,
        Long peakResidentBytes)
        implements BenchmarkResult {

    @Override
    public List<TextTable> tables() {
        String title = "%s, %d tokens after %d".formatted(model, newTokens, promptTokens);
        return List.of(TextTable.of(title, "median", "min", "max", "of ceiling")
                .row("tokens/s", tokensPerSecond, "")
                .row("weights read, GB/s", gigabytesPerSecond, percent(readShare))
                .row("ceiling: read, GB/s", ceilings.read().gigabytesPerSecond(), "")
                .row("weights read for a token, MB", number(1e-6 * model.weightBytesPerToken()), "", "", ""));
    }
}
