package org.llamadl4j.model.tokenizer;

import java.util.function.IntConsumer;
import lombok.RequiredArgsConstructor;

/** Cuts text at added tokens, and has what lies between them encoded, each part as a text of its own. */
@RequiredArgsConstructor
final class AddedTokenEncoder implements Tokenizer.StreamingEncoder {

    private final AddedTokens tokens;

    /** Gives the ids of what lies between to {@link #sink}, too. */
    private final Tokenizer.StreamingEncoder between;

    private final IntConsumer sink;

    /** What may be the beginning of a token. */
    private String held = "";

    @Override
    public void append(String passage) {
        encode(held.isEmpty() ? passage : held + passage, false);
    }

    private void encode(String text, boolean last) {
        int start = 0;
        int at = 0;
        held = "";
        while (at < text.length()) {
            int length = tokens.match(text, at, last);
            if (length == AddedTokens.UNDECIDED) {
                held = text.substring(at);
                break;
            }
            if (length > 0) {
                between.append(text.substring(start, at));
                between.finish();
                sink.accept(tokens.id(text.substring(at, at + length)));
                start = at + length;
            }
            at += Math.max(1, length);
        }
        between.append(text.substring(start, at));
    }

    @Override
    public void finish() {
        encode(held, true);
        between.finish();
    }
}
