package org.llamadl4j.model.generate;

import java.util.Arrays;
import java.util.Collections;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.tokenizer.ByteTokenizer;

/** A model of bytes whose weights are random, and so large that attention has something to choose from. */
final class TinyModel {

    private TinyModel() {}

    static LlamaConfig config(int contextLength) {
        return LlamaConfig.builder()
                .dim(32)
                .layers(2)
                .heads(4)
                .kvHeads(2)
                .headDim(12)
                .hiddenDim(56)
                .vocabSize(new ByteTokenizer().vocabSize())
                .contextLength(contextLength)
                .normEps(1e-5)
                .ropeTheta(10000)
                .build();
    }

    static LlamaModel of(int contextLength, Kernels kernels) {
        LlamaConfig config = config(contextLength);
        LlamaWeights weights = LlamaWeights.initialise(config, 5, kernels);
        weights.tensors().values().stream()
                .filter(tensor -> tensor.shape().length == 2)
                .forEach(tensor -> {
                    float[] values = new float[(int) tensor.size()];
                    kernels.read(tensor.buffer(), 0, values, 0, values.length);
                    for (int i = 0; i < values.length; i++) {
                        values[i] *= 10;
                    }
                    kernels.write(values, 0, tensor.buffer(), 0, values.length);
                });
        return new LlamaModel(config, weights, new ByteTokenizer(), kernels);
    }

    /** The same, of which no token ends a text. */
    static LlamaModel endless(int contextLength, Kernels kernels) {
        LlamaModel model = of(contextLength, kernels);
        return new LlamaModel(
                model.config(), model.weights(), model.tokenizer(), kernels, Collections.emptySortedSet());
    }

    static int[] ids(Completion completion) {
        return completion.tokens().stream().mapToInt(Token::id).toArray();
    }

    static int[] joined(int[] first, int[] second) {
        int[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
