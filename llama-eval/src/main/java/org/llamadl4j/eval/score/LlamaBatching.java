package org.llamadl4j.eval.score;

import java.util.ArrayList;
import java.util.List;
import org.llamadl4j.eval.request.Batch;
import org.llamadl4j.eval.request.Batching;
import org.llamadl4j.eval.request.GenerateUntil;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.RollingLogLikelihood;
import org.llamadl4j.model.LlamaModel;

/**
 * Answers requests with a LLaMA. Requests that begin with the same tokens come into the same batch, where these are computed
 * once; the longest come first, so that too little memory shows at the beginning and the time left is rather over- than
 * underestimated. Not for several threads at once.
 */
public final class LlamaBatching implements Batching {

    private static final long CACHE_BYTES = 1L << 30;

    private final RequestTokens tokens;
    private final BatchMemory memory;

    /** With a cache of keys and values of about 1 GiB. */
    public LlamaBatching(LlamaModel model) {
        this(model, CACHE_BYTES);
    }

    /** @param cacheBytes what keys and values may take, where that is enough for two sequences */
    public LlamaBatching(LlamaModel model, long cacheBytes) {
        tokens = new RequestTokens(model.tokenizer(), model.config().contextLength());
        memory = new BatchMemory(model, cacheBytes);
    }

    @Override
    public List<Batch> batches(List<Request> requests) {
        List<ScoringRequest> scored = new ArrayList<>();
        List<GenerationRequest> generated = new ArrayList<>();
        for (Request request : requests) {
            if (request instanceof GenerateUntil generate) {
                generated.add(new GenerationRequest(generate, tokens.of(generate)));
            } else if (request instanceof LogLikelihood likelihood) {
                scored.add(new ScoringRequest(request, tokens.of(likelihood)));
            } else {
                scored.add(new ScoringRequest(request, tokens.of((RollingLogLikelihood) request)));
            }
        }
        List<Batch> batches = new ArrayList<>(ScoringBatches.of(scored, memory));
        batches.addAll(GenerationBatch.of(generated, memory));
        return batches;
    }
}
