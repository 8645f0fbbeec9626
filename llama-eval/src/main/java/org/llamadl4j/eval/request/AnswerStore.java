package org.llamadl4j.eval.request;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Remembers answers. */
public interface AnswerStore {

    /** The answer to {@code request}, if it is known. */
    Optional<Response> find(Request request);

    /** Remembers answers that belong together: all of them, or none if the program ends meanwhile. */
    void add(List<Request> requests, List<Response> responses);

    /** Remembers as long as the program runs. */
    static AnswerStore inMemory() {
        Map<Request, Response> answers = new HashMap<>();
        return new AnswerStore() {
            @Override
            public Optional<Response> find(Request request) {
                return Optional.ofNullable(answers.get(request));
            }

            @Override
            public void add(List<Request> requests, List<Response> responses) {
                for (int i = 0; i < requests.size(); i++) {
                    answers.put(requests.get(i), responses.get(i));
                }
            }
        };
    }
}
