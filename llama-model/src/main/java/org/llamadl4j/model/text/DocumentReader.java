package org.llamadl4j.model.text;

import java.io.Closeable;
import java.io.IOException;

/**
 * A stream of documents, each a stream of passages, so that a document of any size is read in constant memory.
 *
 * <pre>{@code
 * while (reader.nextDocument()) {
 *     for (String passage; (passage = reader.nextPassage()) != null; ) { ... }
 * }
 * }</pre>
 */
public interface DocumentReader extends Closeable {

    /** Moves to the next document, past what is left of this one; false after the last. */
    boolean nextDocument() throws IOException;

    /** The next passage of this document, at most about 64 Ki characters and never empty; null at its end. */
    String nextPassage() throws IOException;

    /** File and, where it has several documents, line of this document, for messages. */
    String source();

    /** Bytes of the input files consumed so far, as they are on disk, for progress against {@link TextCorpus#bytes}. */
    long bytesRead();
}
