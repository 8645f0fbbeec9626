package org.llamadl4j.eval.request;

import java.util.List;

/** Requests that are answered together. */
public interface Batch {

    /** The requests, each different. */
    List<Request> requests();

    /** Tokens that are computed, or may be: that of one batch over that of all is about its share of the time. */
    long work();

    /** Tokens that would be computed if each request were answered alone. */
    long asked();

    /** Computes the answers to {@link #requests}, in their order. */
    List<Response> answer();
}
