package org.llamadl4j.model.kernel;

/**
 * The sizes of one attention call. Queries are B·T rows of H·K numbers, keys and values B·T rows of G·K.
 *
 * @param batch B
 * @param time T
 * @param heads H
 * @param kvHeads G; query head h reads key and value head h / (H / G)
 * @param headDim K
 */
public record AttentionShape(int batch, int time, int heads, int kvHeads, int headDim) {}
