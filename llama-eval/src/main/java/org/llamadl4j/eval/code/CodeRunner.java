package org.llamadl4j.eval.code;

/**
 * Runs Python programs that a model wrote, which may do anything: an implementation must keep them from doing harm.
 */
public interface CodeRunner {

    /**
     * Runs {@code program} to its end, or to the end of what it is allowed. Whatever it does ends in a verdict, and leaves
     * nothing running.
     *
     * @param program the text of one Python file, tests and all
     */
    Verdict run(String program);
}
