package org.llamadl4j.model.generate;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The tokens of a text as it grows: each {@link #next} computes one. */
public final class Generation implements Iterator<Token> {

    private final Session session;
    private final Continuation continuation;
    private final int promptTokens;
    private final int version;
    private final List<Token> tokens = new ArrayList<>();

    /** Goes on from the tokens of {@code session}, which {@code continuation} knows. */
    Generation(Session session, Continuation continuation) {
        this.session = session;
        this.continuation = continuation;
        promptTokens = session.length();
        version = session.version();
    }

    /** Whether the text goes on. Nothing is computed. */
    @Override
    public boolean hasNext() {
        return continuation.stopReason().isEmpty();
    }

    /**
     * Computes the next token.
     *
     * @throws ConcurrentModificationException if the session, or the generator, has gone on to another text
     */
    @Override
    public Token next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the text has ended: " + continuation.stopReason());
        }
        if (session.version() != version) {
            throw new ConcurrentModificationException("another text was begun where this one was");
        }
        Token token = session.next(continuation);
        tokens.add(token);
        return token;
    }

    /** The tokens that are still to come, each computed when it is asked for. */
    public Stream<Token> stream() {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL), false);
    }

    /** Why the text ended; empty while it goes on. */
    public Optional<StopReason> stopReason() {
        return continuation.stopReason();
    }

    /** Generates all that is still to come. */
    public Completion complete() {
        while (hasNext()) {
            next();
        }
        return Completion.of(tokens, continuation.stopReason().orElseThrow(), promptTokens);
    }

    /** Tokens of what it goes on from. */
    public int promptTokens() {
        return promptTokens;
    }

    /** Those that were generated so far. */
    public List<Token> tokens() {
        return List.copyOf(tokens);
    }
}
