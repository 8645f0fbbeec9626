package org.llamadl4j.eval.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.llamadl4j.eval.request.Batch;

/** Which likelihoods are computed together: those of requests that begin alike, as far as the memory reaches. */
final class ScoringBatches {

    private ScoringBatches() {}

    static List<Batch> of(List<ScoringRequest> scored, BatchMemory memory) {
        List<Batch> batches = new ArrayList<>();
        List<ScoringRequest> current = new ArrayList<>();
        int length = 0;
        int used = 0;
        for (List<ScoringRequest> cluster : clusters(scored)) {
            int longest =
                    cluster.stream().mapToInt(ScoringRequest::longest).max().orElseThrow();
            int needed = slotsNeeded(cluster);
            // What begins alike stays together where it can.
            if (!current.isEmpty() && used + needed > memory.slots(length)) {
                batches.add(new ScoringBatch(current, memory, length));
                current = new ArrayList<>();
            }
            for (ScoringRequest request : cluster) {
                if (current.isEmpty()) {
                    length = memory.cacheLength(longest);
                    used = 0;
                }
                int own = slotsNeeded(current.isEmpty() ? null : current.get(current.size() - 1), request);
                if (!current.isEmpty() && used + own > memory.slots(length)) {
                    batches.add(new ScoringBatch(current, memory, length));
                    current = new ArrayList<>();
                    length = memory.cacheLength(longest);
                    own = slotsNeeded(null, request);
                    used = 0;
                }
                current.add(request);
                used += own;
            }
        }
        if (!current.isEmpty()) {
            batches.add(new ScoringBatch(current, memory, length));
        }
        return batches;
    }

    /** Requests that begin alike, those with the longest first, and inside in the order of their tokens. */
    private static List<List<ScoringRequest>> clusters(List<ScoringRequest> scored) {
        List<ScoringRequest> sorted = new ArrayList<>(scored);
        sorted.sort(Comparator.comparing(ScoringRequest::firstTokens, Arrays::compare));
        List<List<ScoringRequest>> clusters = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            ScoringRequest request = sorted.get(i);
            if (i == 0 || !SharedPrefixes.isWorthWaiting(request.commonRows(sorted.get(i - 1)), request.longest())) {
                clusters.add(new ArrayList<>());
            }
            clusters.get(clusters.size() - 1).add(request);
        }
        clusters.sort(Comparator.comparingInt((List<ScoringRequest> cluster) ->
                        cluster.stream().mapToInt(ScoringRequest::longest).max().orElseThrow())
                .reversed());
        return clusters;
    }

    private static int slotsNeeded(List<ScoringRequest> cluster) {
        int needed = 0;
        ScoringRequest before = null;
        for (ScoringRequest request : cluster) {
            needed += slotsNeeded(before, request);
            before = request;
        }
        return needed;
    }

    /** A request all of whose rows are computed for {@code before} needs no slot. */
    private static int slotsNeeded(ScoringRequest before, ScoringRequest request) {
        boolean own = before == null
                || request.windows().size() != 1
                || request.commonRows(before) < request.windows().get(0).rows();
        return own ? request.windows().size() : 0;
    }
}
