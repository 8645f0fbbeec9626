package org.llamadl4j.model.generate;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;

/**
 * A text that grows in turns, such as a conversation. What the model computed of it stays, so that a turn costs its own
 * tokens alone.
 *
 * <pre>{@code
 * Session session = new Session(model);
 * session.append(question);
 * session.generate(options).forEachRemaining(token -> System.out.print(token.text()));
 * session.append(nextQuestion);
 * }</pre>
 *
 * <p>Not for several threads at once.
 */
public final class Session {

    private static final int SEQUENCE = 0;

    /** Tokens that are computed together where somebody may want an end of it. */
    private static final int PART = 64;

    private final LlamaModel model;
    private final DecoderPass pass;
    private int[] tokens = new int[64];
    private int length;
    /** Counts changes, so that a generation notices those that it did not make. */
    private int version;

    /** One whose cache holds the model's context. */
    public Session(LlamaModel model) {
        this(model, model.config().contextLength());
    }

    /**
     * One whose cache holds {@code slots} positions: what a longer text goes on to say depends on its last {@code slots}
     * tokens, directly, and on earlier ones through these.
     */
    public Session(LlamaModel model, int slots) {
        this.model = model;
        pass = new DecoderPass(
                model.weights(), new KvCache(model.config(), 1, slots, model.kernels()), model.kernels());
    }

    /** The model that it talks to. */
    public LlamaModel model() {
        return model;
    }

    /** How many tokens it has. */
    public int length() {
        return length;
    }

    /** A copy of its tokens: what was appended, and what was generated. */
    public int[] tokens() {
        return Arrays.copyOf(tokens, length);
    }

    /**
     * Adds tokens at the end. They are computed when something is generated.
     *
     * @throws UserError if the model's context has no room for them
     */
    public void append(int... ids) {
        int context = model.config().contextLength();
        if (ids.length > context - length) {
            throw UserError.failed(
                    "%d tokens after %d are more than the model's context of %d", ids.length, length, context);
        }
        for (int id : ids) {
            if (id < 0 || id >= model.config().vocabSize()) {
                throw new IllegalArgumentException("token %d of a vocabulary of %d"
                        .formatted(id, model.config().vocabSize()));
            }
        }
        version++;
        for (int id : ids) {
            add(id);
        }
    }

    /**
     * Makes it {@code text}. What it begins with in common with the tokens that are there is not computed again.
     *
     * @return how many tokens were kept
     * @throws UserError if {@code text} is longer than the model's context
     */
    public int replace(int[] text) {
        int mismatch = Arrays.mismatch(tokens, 0, length, text, 0, text.length);
        int common = mismatch < 0 ? length : mismatch;
        rewind(common);
        append(Arrays.copyOfRange(text, common, text.length));
        return common;
    }

    /** Takes the end back, so that {@code length} tokens are left. */
    public void rewind(int length) {
        if (length < 0 || length > this.length) {
            throw new IllegalArgumentException("the first %d of %d tokens".formatted(length, this.length));
        }
        version++;
        this.length = length;
        truncateCache(length);
    }

    /**
     * Begins to go on from the tokens that are there; what is generated becomes part of them, one that ends the text too.
     * Nothing is computed yet. It can go on until the session is changed in another way.
     *
     * @throws IllegalStateException if it is empty
     */
    public Generation generate(GenerationOptions options) {
        if (length == 0) {
            throw new IllegalStateException("a session is empty; begin with the model's BOS");
        }
        version++;
        return new Generation(this, new Continuation(model, tokens(), options));
    }

    /**
     * Computes the tokens that are there, a part after another, but for the last, with which generating begins. It would
     * do so by itself, in one go.
     *
     * @param goesOn is asked between two parts; false ends it there, and what was computed stays
     * @return whether all are computed
     */
    public boolean prefill(BooleanSupplier goesOn) {
        KvCache cache = pass.cache();
        while (cache.length(SEQUENCE) < length - 1) {
            int end = Math.min(cache.length(SEQUENCE) + Math.min(PART, pass.room()), length - 1);
            for (int i = cache.length(SEQUENCE); i < end; i++) {
                pass.add(SEQUENCE, tokens[i], false);
            }
            pass.run(prediction -> {});
            if (end < length - 1 && !goesOn.getAsBoolean()) {
                return false;
            }
        }
        return true;
    }

    int version() {
        return version;
    }

    /** Generates one more token. */
    Token next(Continuation continuation) {
        KvCache cache = pass.cache();
        if (cache.length(SEQUENCE) == length) {
            truncateCache(length - 1);
        }
        Token[] token = new Token[1];
        for (int i = cache.length(SEQUENCE); i < length; i++) {
            if (pass.room() == 0) {
                pass.run(prediction -> {});
            }
            pass.add(SEQUENCE, tokens[i], i == length - 1);
        }
        pass.run(prediction -> token[0] = continuation.next(prediction));
        add(token[0].id());
        return token[0];
    }

    /** Takes computed tokens back to {@code length} or, where the ring has given up what came before, to none. */
    private void truncateCache(int length) {
        KvCache cache = pass.cache();
        if (cache.length(SEQUENCE) > length) {
            cache.truncate(SEQUENCE, cache.keeps(SEQUENCE, length) ? length : 0);
        }
    }

    private void add(int id) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = id;
    }
}
