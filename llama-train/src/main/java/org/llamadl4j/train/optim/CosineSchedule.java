package org.llamadl4j.train.optim;

/**
 * The learning rate of the paper (section 2.3): a linear warm-up, then half a cosine down to a share of the maximum.
 *
 * @param maximum η, reached at step {@code warmupSteps}
 * @param warmupSteps steps of linear rise from 0; 0 for none
 * @param steps N, the last step
 * @param finalShare share of {@code maximum} that step N has, 0.1 in the paper
 */
public record CosineSchedule(double maximum, int warmupSteps, int steps, double finalShare) {

    /** The learning rate of update {@code step}, from 1 to N. */
    public double at(long step) {
        if (step <= warmupSteps) {
            return maximum * step / warmupSteps;
        }
        double progress = (double) (step - warmupSteps) / (steps - warmupSteps);
        return maximum * (finalShare + (1 - finalShare) / 2 * (1 + Math.cos(Math.PI * progress)));
    }
}
