package org.llamadl4j.model.generate;

import java.util.Optional;
import java.util.Set;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** What comes after a prompt: predictions become tokens, and tokens text, until one of them is the last. */
final class Continuation {

    private final Tokenizer tokenizer;
    private final Set<Integer> endIds;
    private final GenerationOptions options;
    private final Sampler sampler;
    private final RepetitionPenalty penalty;
    private final Tokenizer.StreamingDecoder decoder;
    private final StopStrings stopStrings;

    /** New tokens that there is room for in the model's context. */
    private final int room;

    private int count;
    private StopReason stopReason;

    Continuation(LlamaModel model, int[] prompt, GenerationOptions options) {
        this(model.tokenizer(), model.endIds(), model.config().contextLength(), prompt, options);
    }

    Continuation(Tokenizer tokenizer, Set<Integer> endIds, int contextLength, int[] prompt, GenerationOptions options) {
        this.tokenizer = tokenizer;
        this.endIds = endIds;
        this.options = options;
        sampler = new Sampler(options);
        penalty = new RepetitionPenalty(options.repetitionPenalty());
        // It must know what came before: a first token loses its leading space.
        decoder = tokenizer.streamingDecoder();
        stopStrings = new StopStrings(options.stopStrings());
        room = Math.max(0, contextLength - prompt.length);
        for (int id : prompt) {
            penalty.append(id);
            decoder.append(id);
        }
        stopReason = reasonOfLength();
    }

    /** Why it has ended; empty while it goes on. */
    Optional<StopReason> stopReason() {
        return Optional.ofNullable(stopReason);
    }

    /** Draws the next token; only while {@link #stopReason} is empty. */
    Token next(Prediction prediction) {
        int id = sampler.sample(penalty.apply(prediction.logits()), tokenizer.vocabSize());
        penalty.append(id);
        count++;
        return new Token(id, text(id), prediction.logProbability(id));
    }

    /** The text that is certain with {@code id}: all that is left, if it is the last. */
    private String text(int id) {
        if (endIds.contains(id)) {
            stopReason = StopReason.END_OF_TEXT;
            return stopStrings.append(decoder.finish()) + stopStrings.finish();
        }
        String text = stopStrings.append(decoder.append(id));
        if (!stopStrings.found() && reasonOfLength() != null) {
            text += stopStrings.append(decoder.finish());
        }
        stopReason = stopStrings.found() ? StopReason.STOP_STRING : reasonOfLength();
        return stopReason == null ? text : text + stopStrings.finish();
    }

    private StopReason reasonOfLength() {
        if (count >= options.maxNewTokens()) {
            return StopReason.LENGTH;
        }
        return count >= room ? StopReason.CONTEXT : null;
    }
}
