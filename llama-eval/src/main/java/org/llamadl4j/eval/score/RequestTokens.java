package org.llamadl4j.eval.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.eval.request.GenerateUntil;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.request.RollingLogLikelihood;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** Texts of requests as tokens, none longer than a model's context. */
@RequiredArgsConstructor
final class RequestTokens {

    private final Tokenizer tokenizer;

    /** Tokens that the model can read. */
    private final int context;

    /**
     * BOS, context and continuation, of which the continuation is predicted; the context is cut at its beginning where it
     * leaves no room. A continuation longer than the model's context is in windows, as if it were a whole text.
     */
    List<TokenSequence> of(LogLikelihood request) {
        String before = request.context().stripTrailing();
        String after = request.context().substring(before.length()) + request.continuation();
        int[] whole = tokenizer.encode(before + after);
        int[] alone = tokenizer.encode(before);
        // Where the last piece of the context grows with the continuation, it is predicted too.
        int first = Math.min(alone.length, whole.length - 1);
        int scored = whole.length - first;
        if (scored > context) {
            return windows(Arrays.copyOfRange(whole, first, whole.length));
        }
        int kept = Math.min(whole.length, context);
        return List.of(new TokenSequence(afterBos(whole, whole.length - kept, whole.length), 1 + kept - scored));
    }

    /** The whole text, each token predicted once, in windows that do not overlap and the first of which begins with BOS. */
    List<TokenSequence> of(RollingLogLikelihood request) {
        return windows(tokenizer.encode(request.text()));
    }

    /**
     * BOS and context, which is cut at its beginning where it leaves no room for the tokens to generate, but not to less than
     * half of the model's context.
     */
    int[] of(GenerateUntil request) {
        int[] tokens = tokenizer.encode(request.context());
        int room = Math.max(context - request.maxNewTokens(), (context + 1) / 2) - 1;
        return afterBos(tokens, Math.max(0, tokens.length - room), tokens.length);
    }

    private List<TokenSequence> windows(int[] text) {
        int[] tokens = afterBos(text, 0, text.length);
        List<TokenSequence> windows = new ArrayList<>();
        for (int begin = 0; begin < tokens.length - 1; begin += context) {
            int end = Math.min(tokens.length, begin + context + 1);
            windows.add(new TokenSequence(Arrays.copyOfRange(tokens, begin, end), 1));
        }
        return windows;
    }

    private int[] afterBos(int[] tokens, int begin, int end) {
        return IntStream.concat(IntStream.of(tokenizer.bosId()), Arrays.stream(tokens, begin, end))
                .toArray();
    }
}
