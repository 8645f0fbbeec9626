package org.llamadl4j.eval.request;

/**
 * One thing asked of a language model. Requests are values: two that are equal have the same answer, so that it need be
 * computed only once.
 */
public sealed interface Request permits LogLikelihood, RollingLogLikelihood, GenerateUntil {}
