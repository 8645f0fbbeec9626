package org.llamadl4j.model;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
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
 * @param endIds the tokens that end a text: {@link Tokenizer#eosId}, and others that a model may have, such as the end of
 *     a turn
 */
public record LlamaModel(
        LlamaConfig config, LlamaWeights weights, Tokenizer tokenizer, Kernels kernels, SortedSet<Integer> endIds) {

    public LlamaModel {
        endIds = Collections.unmodifiableSortedSet(new TreeSet<>(endIds));
    }

    /** A model whose texts end as its tokenizer says. */
    public LlamaModel(LlamaConfig config, LlamaWeights weights, Tokenizer tokenizer, Kernels kernels) {
        this(config, weights, tokenizer, kernels, new TreeSet<>(tokenizer.eosIds()));
    }
}
