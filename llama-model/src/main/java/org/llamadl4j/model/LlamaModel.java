package org.llamadl4j.model;

import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.tokenizer.Tokenizer;

/**
 * A LLaMA on a device.
 *
 * @param config its sizes
 * @param weights its parameters, in the memory of {@code kernels}
 * @param tokenizer its vocabulary, no larger than {@code config.vocabSize()}
 * @param kernels the device
 */
public record LlamaModel(LlamaConfig config, LlamaWeights weights, Tokenizer tokenizer, Kernels kernels) {}
