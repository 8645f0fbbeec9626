package org.llamadl4j.train.loop;

/**
 * The held-out loss.
 *
 * @param step updates done before it
 * @param natsPerToken mean over the tokens predicted
 * @param natsPerByte the same over the bytes of their text, comparable between tokenizers
 * @param tokens tokens predicted
 * @param whole whether these are all tokens of the held-out split
 */
public record Evaluation(int step, double natsPerToken, double natsPerByte, long tokens, boolean whole) {}
