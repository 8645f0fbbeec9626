package org.llamadl4j.eval.score;

import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.generate.BatchGenerator;
import org.llamadl4j.model.generate.DecoderPass;
import org.llamadl4j.model.generate.KvCache;

/** The cache of keys and values that one batch after the other is computed with: the next mostly needs what the last had. */
final class BatchMemory {

    private static final int MOST_SLOTS = 64;

    /** With one more a batch of scored sequences could not wait for anything; with less nothing could be generated. */
    private static final int FEWEST_SLOTS = 2;

    private static final int SHORTEST_CACHE = 64;

    private final LlamaModel model;
    private final long cacheBytes;
    private DecoderPass pass;
    private BatchGenerator generator;
    private int generatorLength;

    /** @param cacheBytes what keys and values may take, where that is enough for two sequences */
    BatchMemory(LlamaModel model, long cacheBytes) {
        this.model = model;
        this.cacheBytes = cacheBytes;
    }

    /** A length of a cache that is good for sequences of up to {@code length} tokens. */
    int cacheLength(int length) {
        int rounded = SHORTEST_CACHE;
        while (rounded < length) {
            rounded *= 2;
        }
        return Math.min(rounded, model.config().contextLength());
    }

    /** How many sequences of {@code cacheLength} tokens there is room for. */
    int slots(int cacheLength) {
        long slots = cacheBytes / KvCache.bytes(model.config(), 1, cacheLength);
        return (int) Math.max(FEWEST_SLOTS, Math.min(MOST_SLOTS, slots));
    }

    /** What computes sequences of up to {@code cacheLength} tokens. */
    DecoderPass pass(int cacheLength) {
        if (pass == null || pass.cache().slots() != cacheLength) {
            generator = null;
            KvCache cache = new KvCache(model.config(), slots(cacheLength), cacheLength, model.kernels());
            pass = new DecoderPass(model.weights(), cache, model.kernels());
        }
        return pass;
    }

    /** What continues texts to up to {@code cacheLength} tokens. */
    BatchGenerator generator(int cacheLength) {
        if (generator == null || generatorLength != cacheLength) {
            pass = null;
            generator = new BatchGenerator(model, slots(cacheLength), cacheLength);
            generatorLength = cacheLength;
        }
        return generator;
    }
}
