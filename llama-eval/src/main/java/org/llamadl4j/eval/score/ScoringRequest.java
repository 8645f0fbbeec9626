package org.llamadl4j.eval.score;

import java.util.List;
import org.llamadl4j.eval.request.Request;

/** A request of a likelihood, in as many windows as it takes; none if its text is empty. */
record ScoringRequest(Request request, List<TokenSequence> windows) {

    int[] firstTokens() {
        return windows.isEmpty() ? new int[0] : windows.get(0).tokens();
    }

    int longest() {
        return windows.stream().mapToInt(TokenSequence::rows).max().orElse(1);
    }

    int rows() {
        return windows.stream().mapToInt(TokenSequence::rows).sum();
    }

    int commonRows(ScoringRequest other) {
        return windows.isEmpty() || other.windows.isEmpty() ? 0 : windows.get(0).commonRows(other.windows.get(0));
    }
}
