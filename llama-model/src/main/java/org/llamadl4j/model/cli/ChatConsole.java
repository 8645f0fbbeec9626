package org.llamadl4j.model.cli;

import java.io.Closeable;
import java.util.Optional;

/** Where a chat is typed and read. */
interface ChatConsole extends Closeable {

    /** The next line that was typed; empty at the end of all. */
    Optional<String> readLine();

    /** Shows a piece of an answer at once. */
    void print(String text);

    /** Shows a line that is no part of the conversation. */
    void note(String line);

    /** Forgets interruptions so far. */
    void clearInterruption();

    /** Whether the user has asked for an end of what is going on. */
    boolean isInterrupted();
}
