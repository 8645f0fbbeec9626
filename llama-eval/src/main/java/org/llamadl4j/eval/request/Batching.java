package org.llamadl4j.eval.request;

import java.util.List;

/** What answers requests in batches. */
public interface Batching {

    /**
     * Puts {@code requests}, each different, into batches; every one is in exactly one of them. Nothing is computed yet. Equal
     * lists make equal batches, and what a batch answers does not depend on other batches.
     */
    List<Batch> batches(List<Request> requests);
}
