package org.llamadl4j.model.tokenizer;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.IntConsumer;
import lombok.RequiredArgsConstructor;

/** Lends each caller an encoder of its own, so that what one text has taught it serves the next, in any thread. */
@RequiredArgsConstructor
final class EncoderPool {

    /** Makes an encoder that gives its ids to a sink. */
    private final Function<IntConsumer, Tokenizer.StreamingEncoder> factory;

    private final Queue<Lent> idle = new ConcurrentLinkedQueue<>();

    private static final class Lent {

        private final Tokenizer.StreamingEncoder encoder;
        private IntList ids = new IntList();

        private Lent(Function<IntConsumer, Tokenizer.StreamingEncoder> factory) {
            this.encoder = factory.apply(this::add);
        }

        private void add(int id) {
            ids.add(id);
        }

        private int[] take() {
            int[] all = ids.toArray();
            ids = new IntList();
            return all;
        }
    }

    /** The ids of a text, in which {@code tokens} are tokens. */
    int[] encode(String text, AddedTokens tokens) {
        Lent lent = idle.poll();
        if (lent == null) {
            lent = new Lent(factory);
        }
        Tokenizer.StreamingEncoder encoder = tokens.around(lent.encoder, lent::add);
        encoder.append(text);
        encoder.finish();
        int[] ids = lent.take();
        idle.add(lent);
        return ids;
    }

    /** A new encoder, for a text that arrives in passages, in which {@code tokens} are tokens. */
    Tokenizer.StreamingEncoder streamingEncoder(IntConsumer sink, AddedTokens tokens) {
        return tokens.around(factory.apply(sink), sink);
    }
}
