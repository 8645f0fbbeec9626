package org.llamadl4j.model.generate;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A finished text.
 *
 * @param text the continuation, without the prompt
 * @param tokens all that were generated; where the model ended the text, the last is the one that did so
 * @param stopReason why it ended
 * @param promptTokens tokens of the prompt
 */
public record Completion(String text, List<Token> tokens, StopReason stopReason, int promptTokens) {

    public Completion {
        tokens = List.copyOf(tokens);
    }

    static Completion of(List<Token> tokens, StopReason stopReason, int promptTokens) {
        return new Completion(
                tokens.stream().map(Token::text).collect(Collectors.joining()), tokens, stopReason, promptTokens);
    }

    /** How many tokens were generated, without one that ended the text. */
    public int newTokens() {
        return tokens.size() - (stopReason == StopReason.END_OF_TEXT ? 1 : 0);
    }

    /** ln of the probability of all tokens, by the model itself. */
    public double logProbability() {
        return tokens.stream().mapToDouble(Token::logProbability).sum();
    }
}
