package org.llamadl4j.eval.score;

import java.util.function.Consumer;
import lombok.RequiredArgsConstructor;

/**
 * Cuts the tokens of one document after another into windows no longer than the model's context C. The first window
 * begins with the document, each other one {@code stride} tokens after the one before, and every token is predicted in
 * exactly one: the first that reaches it. With a stride of C windows do not overlap; a smaller stride leaves each
 * predicted token at least C - stride tokens to look back on, and takes C / stride times as long.
 */
@RequiredArgsConstructor
final class TextWindows {

    /**
     * Tokens to compute together.
     *
     * @param tokens inputs and, one later, their targets: one more than there are inputs; reused after the call
     * @param length inputs
     * @param firstScored the targets of earlier inputs were predicted in an earlier window
     */
    record Window(int[] tokens, int length, int firstScored) {}

    private final int stride;
    private final Consumer<Window> sink;
    private final int[] tokens;
    private int count;
    private int firstScored;

    TextWindows(int context, int stride, Consumer<Window> sink) {
        this(stride, sink, new int[context + 1]);
    }

    /** The next token of the document, BOS and EOS among them. */
    void append(int token) {
        if (count == tokens.length) {
            emit();
            count -= stride;
            System.arraycopy(tokens, stride, tokens, 0, count);
            firstScored = count - 1;
        }
        tokens[count++] = token;
    }

    /** Ends the document. */
    void finish() {
        if (count - 1 > firstScored) {
            emit();
        }
        count = 0;
        firstScored = 0;
    }

    private void emit() {
        sink.accept(new Window(tokens, count - 1, firstScored));
    }
}
