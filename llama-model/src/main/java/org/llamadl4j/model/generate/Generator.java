package org.llamadl4j.model.generate;

import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;

/**
 * Continues one text after another. For several at once see {@link BatchGenerator}, for turns {@link Session}.
 *
 * <pre>{@code
 * Generator generator = new Generator(model);
 * String story = generator.complete("Once upon a time", GenerationOptions.builder().temperature(0.8).build());
 * generator.start("Once upon a time", options).forEachRemaining(token -> System.out.print(token.text()));
 * }</pre>
 */
public final class Generator {

    private final LlamaModel model;
    private final Session session;

    /** One whose cache holds the model's context. */
    public Generator(LlamaModel model) {
        this(model, model.config().contextLength());
    }

    /** One whose cache holds the last {@code slots} positions of a text. */
    public Generator(LlamaModel model, int slots) {
        this.model = model;
        session = new Session(model, slots);
    }

    /** The continuation of {@code prompt}, without the prompt. */
    public String complete(String prompt, GenerationOptions options) {
        return start(prompt, options).complete().text();
    }

    /**
     * Begins to continue {@code prompt}, which may be empty; nothing is computed yet, and what the text before began with
     * in common is not computed again. The text ends at the model's context at the latest. The one before cannot go on.
     *
     * @throws UserError if the prompt alone fills the context
     */
    public Generation start(String prompt, GenerationOptions options) {
        int[] tokens = Prompt.of(model, prompt, options).tokens();
        int context = model.config().contextLength();
        if (tokens.length >= context) {
            throw UserError.failed(
                    "the prompt has %d tokens; the model's context of %d leaves no room to go on",
                    tokens.length, context);
        }
        session.replace(tokens);
        return session.generate(options);
    }
}
