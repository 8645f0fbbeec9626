package org.llamadl4j.train.bench;

import static org.llamadl4j.train.bench.TextTable.number;
import static org.llamadl4j.train.bench.TextTable.percent;

import java.util.List;
import java.util.Map;

/**
 * What training steps cost.
 *
 * @param benchmark "train"
 * @param machine what measured
 * @param model what was trained
 * @param batch B
 * @param time T
 * @param rounds how often it was measured
 * @param stepsPerRound steps in each round
 * @param stepSeconds time of a step: forward, backward, clipping and AdamW
 * @param tokensPerSecond B·T tokens a step
 * @param gflops (6·parameters + 6·L·D·T) floating-point operations a token, in 10⁹ a second
 * @param ceilings measured in the same rounds
 * @param ceilingShare the median of {@code gflops} over that of the matrix-product ceiling
 * @param peakResidentBytes the most physical memory that the process had while it trained; null where unknown
 * @param activationBytes memory for activations, forward and backward, a part of it
 * @param heapBytesPerStep allocated on the Java heap
 * @param overheadShare the part of a step that is spent outside kernels
 * @param adamW the optimizer against memory bandwidth
 * @param kernels where the time of a step goes, by kernel, the longest first
 * @param loss of the last step, nats per token
 * @param longRun null unless asked for
 * @param peer null unless asked for
 */
public record TrainBenchmarkResult(
        String benchmark,
        Machine machine,
        Model model,
        int batch,
        int time,
        Rounds rounds,
        int stepsPerRound,
        Spread stepSeconds,
        Spread tokensPerSecond,
        Spread gflops,
        MachineCeilings ceilings,
        double ceilingShare,
        Long peakResidentBytes,
        long activationBytes,
        Spread heapBytesPerStep,
        Spread overheadShare,
        AdamW adamW,
        Map<String, KernelShare> kernels,
        double loss,
        LongRun longRun,
        PeerResult peer)
        implements BenchmarkResult {

    /** The sizes that matter, by the names of the configuration. */
    public record Model(long parameters, int dim, int layers, int heads, int kvHeads, int hiddenDim, int vocabSize) {}

    /**
     * @param gigabytesPerSecond 28 bytes a parameter: four numbers read, three written
     * @param copyShare its median over that of the copy
     */
    public record AdamW(Spread gigabytesPerSecond, double copyShare) {}

    @Override
    public List<TextTable> tables() {
        TextTable figures = TextTable.of("train %dx%d".formatted(batch, time), "median", "min", "max", "of ceiling")
                .row("step, s", stepSeconds, "")
                .row("tokens/s", tokensPerSecond, "")
                .row("GFLOP/s", gflops, percent(ceilingShare))
                .row(
                        "float32 product %s, GFLOP/s"
                                .formatted(ceilings.float32MatMul().shape()),
                        ceilings.float32MatMul().gflops(),
                        "")
                .row("AdamW, GB/s", adamW.gigabytesPerSecond(), percent(adamW.copyShare()))
                .row("copy, GB/s", ceilings.copy().gigabytesPerSecond(), "")
                .row("outside kernels, % of a step", scaled(overheadShare, 100), "")
                .row("heap allocated a step, kB", scaled(heapBytesPerStep, 1e-3), "")
                .row("activations, MB", activationBytes * 1e-6);
        if (ceilings.bfloat16MatMul() != null) {
            figures.row(
                    "bfloat16 product %s, GFLOP/s"
                            .formatted(ceilings.bfloat16MatMul().shape()),
                    ceilings.bfloat16MatMul().gflops(),
                    "");
        }
        if (peakResidentBytes != null) {
            figures.row("peak resident memory, MB", peakResidentBytes * 1e-6);
        }
        if (longRun != null) {
            figures.row("heap allocated a step in the long run, kB", longRun.heapBytesPerStep() * 1e-3);
            if (longRun.growth() != null) {
                figures.row("resident after step 50, MB", longRun.residentBytesAtStep50() * 1e-6)
                        .row(
                                "resident after step %d, MB".formatted(longRun.steps()),
                                longRun.residentBytesAtEnd() * 1e-6);
            }
        }
        if (peer != null) {
            figures.row(peer.name() + ", tokens/s", peer.tokensPerSecond(), "");
            figures.row("times as fast as " + peer.name(), peer.speedup());
            if (peer.memoryShare() != null) {
                figures.row("peak resident memory of %s, MB".formatted(peer.name()), peer.peakResidentBytes() * 1e-6);
            }
            figures.row("largest relative difference of the first losses", peer.largestLossDifference());
        }
        TextTable profile = TextTable.of("kernel", "calls a step", "ms a step", "share");
        kernels.forEach((name, kernel) -> profile.row(
                name, number(kernel.callsPerStep()), number(1e3 * kernel.secondsPerStep()), percent(kernel.share())));
        profile.row("outside kernels", "", number(1e3 * outsideSeconds()), percent(outsideShare()));
        return List.of(figures, profile);
    }

    private double outsideShare() {
        return 1 - kernels.values().stream().mapToDouble(KernelShare::share).sum();
    }

    private double outsideSeconds() {
        double inside = kernels.values().stream()
                .mapToDouble(KernelShare::secondsPerStep)
                .sum();
        return inside / (1 - outsideShare()) - inside;
    }

    private static Spread scaled(Spread spread, double factor) {
        return new Spread(factor * spread.median(), factor * spread.min(), factor * spread.max());
    }
}
