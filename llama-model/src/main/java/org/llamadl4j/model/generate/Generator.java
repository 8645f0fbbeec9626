package org.llamadl4j.model.generate;

import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LogitsPass;
import org.llamadl4j.model.error.UserError;

/**
 * Continues texts. Every new token runs the model over all that came before it.
 *
 * <pre>{@code
 * Generator generator = new Generator(model);
 * String story = generator.complete("Once upon a time", GenerationOptions.builder().temperature(0.8).build());
 * generator.start("Once upon a time", options).forEachRemaining(System.out::print);
 * }</pre>
 */
public final class Generator {

    private final LlamaModel model;
    private final LogitsPass pass;

    public Generator(LlamaModel model) {
        this.model = model;
        this.pass = new LogitsPass(model.weights(), model.kernels());
    }

    /** The continuation of {@code prompt}, without the prompt. */
    public String complete(String prompt, GenerationOptions options) {
        return start(prompt, options).remaining();
    }

    /**
     * Begins to continue {@code prompt}, which may be empty; nothing is computed yet. The text ends at the model's
     * context at the latest.
     *
     * @throws UserError if the prompt alone fills the context
     */
    public Generation start(String prompt, GenerationOptions options) {
        int[] text = model.tokenizer().encode(prompt);
        int[] tokens = new int[text.length + 1];
        tokens[0] = model.tokenizer().bosId();
        System.arraycopy(text, 0, tokens, 1, text.length);
        int context = model.config().contextLength();
        if (tokens.length >= context) {
            throw UserError.failed(
                    "the prompt has %d tokens with its BOS; the model's context of %d leaves no room to go on",
                    tokens.length, context);
        }
        return new Generation(pass::run, model.tokenizer(), model.endIds(), context, tokens, options);
    }
}
