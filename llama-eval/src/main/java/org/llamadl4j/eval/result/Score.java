package org.llamadl4j.eval.result;

import org.llamadl4j.eval.metric.Estimate;
import org.llamadl4j.eval.metric.Metric;

/**
 * A score of a task or of a part of it.
 *
 * @param of the name of the task or part
 * @param metric what is measured, and by which rule
 * @param estimate the score
 * @param pooled whether its standard error is made of those of its parts
 */
public record Score(String of, Metric metric, Estimate estimate, boolean pooled) {}
