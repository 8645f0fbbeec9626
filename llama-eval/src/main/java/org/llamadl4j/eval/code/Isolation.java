package org.llamadl4j.eval.code;

import java.util.List;

/**
 * A way to start a program where it can do no harm: without network, with an empty folder to write to, a file system of
 * which it sees the system's programs alone, and an end that is the end of all it started.
 */
interface Isolation {

    /** What messages call it. */
    String name();

    /**
     * The command that runs {@code program} in isolation.
     *
     * @param uid the user outside that it runs as; only for a caller who is root
     */
    List<String> command(CodeLimits limits, long uid, List<String> program);
}
