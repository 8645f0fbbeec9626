package org.llamadl4j.model.generate;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.tokenizer.Tokenizer;

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

    /**
     * {@code text}, after BOS where the model's tokenizer puts one before a prompt. An empty text is BOS in any case: a model
     * has to begin with something.
     */
    public static Prompt of(LlamaModel model, String text, GenerationOptions options) {
        Tokenizer tokenizer = model.tokenizer();
        int[] ids = tokenizer.encode(text);
        IntStream bos = tokenizer.addsBos() || ids.length == 0 ? IntStream.of(tokenizer.bosId()) : IntStream.empty();
        return new Prompt(IntStream.concat(bos, Arrays.stream(ids)).toArray(), options);
    }

    /** A copy. */
    @Override
    public int[] tokens() {
        return tokens.clone();
    }
}
