package org.llamadl4j.train.loop;

/**
 * One update of the weights.
 *
 * @param step its number, from 1
 * @param steps steps of the whole run
 * @param loss mean over the batch before the update, nats per token
 * @param learningRate η of this update
 * @param gradientNorm global norm before clipping
 * @param tokens tokens of the batch
 * @param seconds time of forward, backward and update
 * @param flops floating-point operations of the step by {@code LlamaConfig.trainingFlopsPerToken}
 */
public record TrainingStep(
        int step,
        int steps,
        double loss,
        double learningRate,
        double gradientNorm,
        int tokens,
        double seconds,
        double flops) {

    public double tokensPerSecond() {
        return tokens / seconds;
    }

    public double flopsPerSecond() {
        return flops / seconds;
    }
}
