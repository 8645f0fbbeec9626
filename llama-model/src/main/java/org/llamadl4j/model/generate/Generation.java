package org.llamadl4j.model.generate;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.llamadl4j.model.tokenizer.Tokenizer;

/**
 * One text as it grows: each {@link #next} computes until at least one more character is known and returns what is
 * new. A character whose bytes are not all there yet waits.
 */
public final class Generation implements Iterator<String> {

    /** The logits after the first {@code length} of {@code tokens}. */
    @FunctionalInterface
    interface NextToken {
        float[] logits(int[] tokens, int length);
    }

    private final NextToken model;
    private final Tokenizer tokenizer;
    private final Set<Integer> endIds;
    private final Tokenizer.StreamingDecoder decoder;
    private final GenerationOptions options;
    private final Sampler sampler;

    /** Prompt, then what was generated; as long as the context. */
    private final int[] tokens;

    private final int promptLength;
    private int length;
    private StopReason stopReason;
    private boolean finished;
    private String pending = "";

    /** {@code prompt} begins with BOS and is shorter than {@code contextLength}. */
    Generation(
            NextToken model,
            Tokenizer tokenizer,
            Set<Integer> endIds,
            int contextLength,
            int[] prompt,
            GenerationOptions options) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.endIds = endIds;
        this.options = options;
        this.sampler = new Sampler(options);
        this.tokens = Arrays.copyOf(prompt, contextLength);
        this.promptLength = prompt.length;
        this.length = prompt.length;
        // The decoder must know what came before: a first token loses its leading space.
        this.decoder = tokenizer.streamingDecoder();
        for (int id : prompt) {
            decoder.append(id);
        }
    }

    @Override
    public boolean hasNext() {
        while (pending.isEmpty() && !finished) {
            advance();
        }
        return !pending.isEmpty();
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the text has ended: " + stopReason);
        }
        String piece = pending;
        pending = "";
        return piece;
    }

    /** Everything that is still to come, joined. */
    public String remaining() {
        StringBuilder text = new StringBuilder();
        forEachRemaining(text::append);
        return text.toString();
    }

    /** Why the text ended; empty while it goes on. */
    public Optional<StopReason> stopReason() {
        return Optional.ofNullable(stopReason);
    }

    /** Tokens of the prompt, with its BOS. */
    public int promptTokens() {
        return promptLength;
    }

    /** The ids that were generated so far, without the one that ended them. */
    public int[] newTokens() {
        return Arrays.copyOfRange(tokens, promptLength, length);
    }

    /** Generates one token, or ends. */
    private void advance() {
        if (length - promptLength >= options.maxNewTokens()) {
            end(StopReason.LENGTH);
            return;
        }
        if (length == tokens.length) {
            end(StopReason.CONTEXT);
            return;
        }
        int id = sampler.sample(model.logits(tokens, length), tokenizer.vocabSize());
        if (endIds.contains(id)) {
            end(StopReason.END_OF_TEXT);
            return;
        }
        tokens[length++] = id;
        pending = decoder.append(id);
    }

    private void end(StopReason reason) {
        stopReason = reason;
        finished = true;
        pending = decoder.finish();
    }
}
