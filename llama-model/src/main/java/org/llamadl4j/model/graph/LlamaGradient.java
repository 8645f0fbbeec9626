package org.llamadl4j.model.graph;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What the hand-written backward pass computes.
 *
 * @param loss () mean over the targets, in nats
 * @param tokenLoss (N) nats
 * @param weightGradients the gradient of every weight
 */
public record LlamaGradient(SDVariable loss, SDVariable tokenLoss, WeightGradients weightGradients) {}
