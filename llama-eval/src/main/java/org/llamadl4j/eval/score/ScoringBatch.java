package org.llamadl4j.eval.score;

import java.util.ArrayList;
import java.util.List;
import org.llamadl4j.eval.request.Batch;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;

/** Likelihoods that are computed together. */
final class ScoringBatch implements Batch {

    private final List<ScoringRequest> scored;
    private final BatchMemory memory;
    private final int length;

    /** @param length of the cache, in tokens */
    ScoringBatch(List<ScoringRequest> scored, BatchMemory memory, int length) {
        this.scored = List.copyOf(scored);
        this.memory = memory;
        this.length = length;
    }

    @Override
    public List<Request> requests() {
        return scored.stream().map(ScoringRequest::request).toList();
    }

    @Override
    public long asked() {
        return scored.stream().mapToLong(ScoringRequest::rows).sum();
    }

    @Override
    public long work() {
        long work = 0;
        for (int i = 0; i < scored.size(); i++) {
            ScoringRequest request = scored.get(i);
            int common = i == 0 ? 0 : request.commonRows(scored.get(i - 1));
            work += request.rows() - (SharedPrefixes.isWorthWaiting(common, request.longest()) ? common : 0);
        }
        return work;
    }

    @Override
    public List<Response> answer() {
        List<TokenSequence> windows =
                scored.stream().flatMap(request -> request.windows().stream()).toList();
        int slots = memory.slots(length);
        SequenceScorer scorer = new SequenceScorer(memory.pass(length));
        List<Likelihood> likelihoods = new ArrayList<>();
        if (scored.size() > 1) {
            likelihoods.addAll(scorer.score(windows));
        } else { // perhaps a text of more windows than there are slots
            for (int i = 0; i < windows.size(); i += slots) {
                likelihoods.addAll(scorer.score(windows.subList(i, Math.min(windows.size(), i + slots))));
            }
        }
        List<Response> responses = new ArrayList<>();
        int next = 0;
        for (ScoringRequest request : scored) {
            int count = request.windows().size();
            responses.add(sum(likelihoods.subList(next, next + count)));
            next += count;
        }
        return responses;
    }

    private static Likelihood sum(List<Likelihood> windows) {
        return new Likelihood(
                windows.stream().mapToDouble(Likelihood::logLikelihood).sum(),
                windows.stream().mapToInt(Likelihood::tokens).sum(),
                windows.stream().allMatch(Likelihood::greedy));
    }
}
