package org.llamadl4j.eval.code;

import java.util.Objects;

/**
 * How a program ended.
 *
 * @param outcome whether it passed
 * @param message what there is to say about it, such as the last line of its standard error; may be empty
 */
public record Verdict(Outcome outcome, String message) {

    /** Ways to end. */
    public enum Outcome {
        /** The program ended by itself with exit status 0. */
        PASSED,
        /** It ended with another status, or was ended because it took more than it is allowed of anything but time. */
        FAILED,
        /** It was ended because it took too long. */
        TIMED_OUT
    }

    public Verdict {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(message, "message");
    }

    public boolean passed() {
        return outcome == Outcome.PASSED;
    }
}
