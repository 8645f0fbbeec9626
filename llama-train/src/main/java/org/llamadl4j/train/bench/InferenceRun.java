package org.llamadl4j.train.bench;

import java.util.Random;
import org.llamadl4j.model.generate.DecoderPass;
import org.llamadl4j.model.generate.KvCache;
import org.llamadl4j.model.kernel.Kernels;

/** One text of random tokens that a model reads, or goes on with, over a cache. */
final class InferenceRun {

    private static final int SEQUENCE = 0;

    private final DecoderPass pass;
    private final int[] prompt;
    private int next;

    InferenceRun(InferenceModel model, int promptTokens, int newTokens, Kernels kernels) {
        KvCache cache = new KvCache(model.config(), 1, promptTokens + newTokens, kernels);
        pass = new DecoderPass(model.weights(), cache, kernels);
        prompt = new Random(1).ints(promptTokens, 0, model.config().vocabSize()).toArray();
    }

    /** Computes the prompt, and what is likeliest to follow it. */
    void prefill() {
        pass.cache().truncate(SEQUENCE, 0);
        for (int i = 0; i < prompt.length; i++) {
            if (pass.room() == 0) {
                pass.run(prediction -> {});
            }
            pass.add(SEQUENCE, prompt[i], i == prompt.length - 1);
        }
        pass.run(prediction -> next = prediction.likeliest());
    }

    /** Goes on after the prompt, which has been computed, by so many of the likeliest tokens. */
    void decode(int tokens) {
        pass.cache().truncate(SEQUENCE, prompt.length);
        for (int i = 0; i < tokens; i++) {
            pass.add(SEQUENCE, next, true);
            pass.run(prediction -> next = prediction.likeliest());
        }
    }
}
