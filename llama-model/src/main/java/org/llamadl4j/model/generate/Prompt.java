package org.llamadl4j.model.generate;

import org.llamadl4j.model.LlamaModel;

/**
 * A text to continue, as tokens, and how.
 *
 * @param tokens with a BOS where the model wants one
 * @param options of this text
 */
public record Prompt(int[] tokens, GenerationOptions options) {

    public Prompt {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("a prompt has at least one token, such as BOS");
        }
        tokens = tokens.clone();
    }

    /** {@code text}, which may be empty, after the model's BOS. */
    public static Prompt of(LlamaModel model, String text, GenerationOptions options) {
        int[] ids = model.tokenizer().encode(text);
        int[] tokens = new int[ids.length + 1];
        tokens[0] = model.tokenizer().bosId();
        System.arraycopy(ids, 0, tokens, 1, ids.length);
        return new Prompt(tokens, options);
    }

    /** A copy. */
    @Override
    public int[] tokens() {
        return tokens.clone();
    }
}
