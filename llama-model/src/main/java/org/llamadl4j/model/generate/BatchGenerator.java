package org.llamadl4j.model.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.llamadl4j.model.LlamaModel;

/**
 * Continues many texts together, so that the weights are read once for a token of each. A prompt begins as soon as another
 * text ends; what it has in common with a text that is in the cache, as examples that come before several questions, or as
 * several samples of one prompt, is copied instead of computed. A text does not depend on those beside it, but for the
 * rounding of float32.
 *
 * <p>Not for several threads at once.
 */
public final class BatchGenerator {

    /** For less than this in common, a prompt does not wait for another to be computed. */
    private static final int WORTH_WAITING = 16;

    /** What becomes of the texts. */
    @FunctionalInterface
    public interface Listener {

        /** {@code completion} of the prompt at {@code index} has ended. */
        void ended(int index, Completion completion);
    }

    private final LlamaModel model;
    private final DecoderPass pass;
    /** What each sequence of the cache holds or is about to; its text may go on or have ended. */
    private final Text[] texts;

    /**
     * @param sequences S, texts that are continued at the same time
     * @param slots C, positions that the cache holds of each; a longer text goes on in a ring
     */
    public BatchGenerator(LlamaModel model, int sequences, int slots) {
        this.model = model;
        KvCache cache = new KvCache(model.config(), sequences, slots, model.kernels());
        pass = new DecoderPass(model.weights(), cache, Math.max(sequences, DecoderPass.DEFAULT_ROWS), model.kernels());
        texts = new Text[sequences];
        Arrays.setAll(texts, Text::new);
    }

    /** The continuations of {@code prompts}, in their order. One that fills the model's context has an empty one. */
    public List<Completion> complete(List<Prompt> prompts) {
        Completion[] completions = new Completion[prompts.size()];
        complete(prompts, (index, completion) -> completions[index] = completion);
        return List.of(completions);
    }

    /** Continues {@code prompts}; each is given to {@code listener} when it ends. */
    public void complete(List<Prompt> prompts, Listener listener) {
        int next = 0;
        do {
            while (next < prompts.size() && begin(next, prompts.get(next), listener)) {
                next++;
            }
            addRows();
            pass.run(prediction -> texts[prediction.sequence()].next(prediction, listener));
        } while (next < prompts.size() || Arrays.stream(texts).anyMatch(Text::runs));
    }

    /** Gives the prompt a sequence, unless none is free or it had better wait for one that is being computed. */
    private boolean begin(int index, Prompt prompt, Listener listener) {
        if (Arrays.stream(texts).allMatch(Text::runs)) {
            return false;
        }
        int[] tokens = prompt.tokens();
        Text source = Arrays.stream(texts)
                .max(Comparator.comparingInt(text -> text.computedPart(tokens)))
                .orElseThrow();
        int shared = source.computedPart(tokens);
        if (Arrays.stream(texts).anyMatch(text -> text.willHave(tokens, shared + WORTH_WAITING))) {
            return false;
        }
        Continuation continuation = new Continuation(model, tokens, prompt.options());
        if (continuation.stopReason().isPresent()) {
            listener.ended(
                    index, Completion.of(List.of(), continuation.stopReason().get(), tokens.length));
            return true;
        }
        Text text = source.runs()
                ? Arrays.stream(texts)
                        .filter(other -> !other.runs())
                        .findFirst()
                        .orElseThrow()
                : source;
        pass.cache().fork(source.sequence, text.sequence, shared);
        text.begin(index, tokens, continuation);
        return true;
    }

    /** Texts that need one token come first, so that they never wait for a long prompt. */
    private void addRows() {
        IntStream.range(0, texts.length)
                .mapToObj(sequence -> texts[sequence])
                .filter(Text::runs)
                .sorted(Comparator.comparingInt(Text::missing))
                .forEach(Text::addRows);
    }

    /** A sequence of the cache, and the text in it. */
    private final class Text {

        private final int sequence;
        private int index;
        private int promptTokens;
        private int[] tokens = new int[0];
        private int length;
        private List<Token> generated = List.of();
        private Continuation continuation;

        Text(int sequence) {
            this.sequence = sequence;
        }

        boolean runs() {
            return continuation != null;
        }

        void begin(int index, int[] prompt, Continuation continuation) {
            this.index = index;
            this.continuation = continuation;
            tokens = prompt;
            length = prompt.length;
            promptTokens = prompt.length;
            generated = new ArrayList<>();
        }

        /** Tokens that are not in the cache. */
        int missing() {
            return length - pass.cache().length(sequence);
        }

        /** How many tokens {@code prompt} begins with in common, but for its last, which is always computed. */
        int commonPart(int[] prompt) {
            int end = Math.min(length, prompt.length - 1);
            int mismatch = Arrays.mismatch(tokens, 0, end, prompt, 0, end);
            return mismatch < 0 ? end : mismatch;
        }

        /** Whether so many of them will be in the cache, and are not yet. */
        boolean willHave(int[] prompt, int count) {
            int part = commonPart(prompt);
            return runs() && part >= count && pass.cache().length(sequence) < part;
        }

        /** How many of them the cache can go on after; 0 where it holds others that it has not given up. */
        int computedPart(int[] prompt) {
            int part = Math.min(commonPart(prompt), pass.cache().length(sequence));
            return pass.cache().keeps(sequence, part) ? part : 0;
        }

        void addRows() {
            for (int i = pass.cache().length(sequence); i < length && pass.room() > 0; i++) {
                pass.add(sequence, tokens[i], i == length - 1);
            }
        }

        void next(Prediction prediction, Listener listener) {
            Token token = continuation.next(prediction);
            generated.add(token);
            if (length == tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(64, 2 * length));
            }
            tokens[length++] = token.id();
            continuation.stopReason().ifPresent(reason -> {
                continuation = null;
                listener.ended(index, Completion.of(generated, reason, promptTokens));
            });
        }
    }
}
