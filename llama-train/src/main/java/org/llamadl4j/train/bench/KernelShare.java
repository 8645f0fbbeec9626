package org.llamadl4j.train.bench;

/**
 * One kernel's part of training steps.
 *
 * @param callsPerStep how often a step calls it
 * @param secondsPerStep how long these calls take together
 * @param share of the time of the step
 */
public record KernelShare(double callsPerStep, double secondsPerStep, double share) {}
