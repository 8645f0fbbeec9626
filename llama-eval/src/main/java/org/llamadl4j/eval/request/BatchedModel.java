package org.llamadl4j.eval.request;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lombok.RequiredArgsConstructor;

/**
 * A model that computes each request once, in batches, and none whose answer is known already. Every batch is remembered as
 * soon as it is done.
 */
@RequiredArgsConstructor
public final class BatchedModel implements LanguageModel {

    private final Batching model;
    private final AnswerStore store;
    private final Watcher watcher;

    /** A model that remembers as long as the program runs. */
    public BatchedModel(Batching model) {
        this(model, AnswerStore.inMemory(), Watcher.NONE);
    }

    /** Is told how far the work has come. */
    public interface Watcher {

        /** Watches nothing. */
        Watcher NONE = new Watcher() {};

        /** {@code requests} different ones were asked, of which {@code known} need no work; the others are in {@code batches}. */
        default void begins(int requests, int known, List<Batch> batches) {}

        /** One of them is done. */
        default void advances(Batch batch) {}

        /** All are done. */
        default void ends(Work work) {}
    }

    @Override
    public List<Response> answer(List<? extends Request> requests) {
        List<Request> distinct = List.copyOf(new LinkedHashSet<>(requests));
        Map<Request, Response> answers = new HashMap<>();
        for (Request request : distinct) {
            store.find(request).ifPresent(response -> answers.put(request, response));
        }
        List<Batch> batches = unanswered(distinct, answers);
        watcher.begins(distinct.size(), answers.size(), batches);
        Work work = Work.NONE;
        for (Batch batch : batches) {
            List<Response> responses = batch.answer();
            work = work.plus(batch, responses);
            store.add(batch.requests(), responses);
            for (int i = 0; i < responses.size(); i++) {
                answers.put(batch.requests().get(i), responses.get(i));
            }
            watcher.advances(batch);
        }
        watcher.ends(work);
        return requests.stream()
                .map(request -> Optional.ofNullable(answers.get(request)).orElseThrow())
                .toList();
    }

    /**
     * All requests are put into batches, as if none were known, so that what is left of an interrupted run is computed in the
     * batches that it would have been in: in others rounding would be different. Of a batch that is known in part the rest
     * makes new batches.
     */
    private List<Batch> unanswered(List<Request> distinct, Map<Request, Response> answers) {
        List<Batch> whole = new ArrayList<>();
        List<Request> rest = new ArrayList<>();
        for (Batch batch : model.batches(distinct)) {
            List<Request> unknown = batch.requests().stream()
                    .filter(request -> !answers.containsKey(request))
                    .toList();
            if (unknown.size() == batch.requests().size()) {
                whole.add(batch);
            } else {
                rest.addAll(unknown);
            }
        }
        if (!rest.isEmpty()) {
            whole.addAll(model.batches(rest));
        }
        return whole;
    }
}
