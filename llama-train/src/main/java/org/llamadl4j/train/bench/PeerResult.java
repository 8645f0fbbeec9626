package org.llamadl4j.train.bench;

import java.util.List;

/**
 * How other software trained the same model on the same tokens, in a process of its own, round by round with ours.
 *
 * @param name as typed after {@code --peer}
 * @param description of what computed
 * @param stepSeconds time of a step
 * @param tokensPerSecond B·T tokens a step
 * @param gflops by the same count of operations
 * @param peakResidentBytes the most physical memory of its process; null where unknown
 * @param speedup our median tokens a second over its
 * @param memoryShare our peak over its; null where unknown
 * @param losses of its first steps, nats per token
 * @param ownLosses of our first steps from the same weights on the same tokens
 * @param largestLossDifference between the two, relative
 */
public record PeerResult(
        String name,
        String description,
        Spread stepSeconds,
        Spread tokensPerSecond,
        Spread gflops,
        Long peakResidentBytes,
        double speedup,
        Double memoryShare,
        List<Double> losses,
        List<Double> ownLosses,
        double largestLossDifference) {

    static PeerResult of(
            String name, PeerProcess.Result peer, TrainingTask own, Long ownPeak, double tokens, double flops) {
        double difference = 0;
        for (int i = 0; i < Math.min(peer.losses().size(), own.firstLosses().size()); i++) {
            double ours = own.firstLosses().get(i);
            difference = Math.max(difference, Math.abs(peer.losses().get(i) - ours) / Math.abs(ours));
        }
        return new PeerResult(
                name,
                peer.description(),
                peer.stepSeconds(),
                peer.stepSeconds().rate(tokens),
                peer.stepSeconds().rate(1e-9 * flops),
                peer.peakResidentBytes(),
                peer.stepSeconds().median() / own.seconds().median(),
                ownPeak == null || peer.peakResidentBytes() == null
                        ? null
                        : (double) ownPeak / peer.peakResidentBytes(),
                peer.losses(),
                own.firstLosses(),
                difference);
    }
}
