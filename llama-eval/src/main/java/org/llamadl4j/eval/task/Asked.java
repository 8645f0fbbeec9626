package org.llamadl4j.eval.task;

import java.util.List;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;

/**
 * A question under one rule.
 *
 * @param requests what is asked of the model
 * @param scoring what its answers are worth
 */
public record Asked(List<Request> requests, Scoring scoring) {

    public Asked {
        requests = List.copyOf(requests);
    }

    /** Turns answers into measurements. */
    @FunctionalInterface
    public interface Scoring {

        /** The worth of {@code responses}, one for each request in their order. */
        Scored score(List<Response> responses);
    }
}
