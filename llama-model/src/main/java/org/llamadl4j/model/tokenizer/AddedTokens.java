package org.llamadl4j.model.tokenizer;

import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Strings that are one token wherever they stand in a text, such as {@code <|eot_id|>}: the first that occurs, and of
 * those that begin at the same place the longest. It is a trie, and immutable.
 */
final class AddedTokens {

    static final AddedTokens NONE = new AddedTokens(Map.of());

    /** What {@link #match} gives where the text must go on before the answer is certain. */
    static final int UNDECIDED = -1;

    private static final int ROOT = 0;

    private final LongIntMap children = new LongIntMap(16);
    private final LongIntMap ids = new LongIntMap(16);
    private final Map<String, Integer> tokens;

    /** @param tokens ids of strings, none of them empty */
    AddedTokens(Map<String, Integer> tokens) {
        this.tokens = Map.copyOf(tokens);
        int nodes = 1;
        for (Map.Entry<String, Integer> token : tokens.entrySet()) {
            int node = ROOT;
            for (int i = 0; i < token.getKey().length(); i++) {
                int child = child(node, token.getKey().charAt(i));
                if (child == LongIntMap.ABSENT) {
                    child = nodes++;
                    children.put(LongIntMap.key(node, token.getKey().charAt(i)), child);
                }
                node = child;
            }
            ids.put(node, token.getValue());
        }
    }

    /**
     * An encoder of text with these tokens.
     *
     * @param between encodes what lies between, and gives its ids to {@code sink}, too
     */
    Tokenizer.StreamingEncoder around(Tokenizer.StreamingEncoder between, IntConsumer sink) {
        return tokens.isEmpty() ? between : new AddedTokenEncoder(this, between, sink);
    }

    /** The id of a token by its spelling, or -1. */
    int id(String spelling) {
        return tokens.getOrDefault(spelling, -1);
    }

    /**
     * The length of the token that begins at {@code at}, 0 if there is none, or {@link #UNDECIDED}.
     *
     * @param last whether the text ends with {@code text}
     */
    int match(String text, int at, boolean last) {
        int longest = 0;
        int node = ROOT;
        for (int i = at; ; i++) {
            if (i == text.length()) {
                return last || node == ROOT ? longest : UNDECIDED;
            }
            node = child(node, text.charAt(i));
            if (node == LongIntMap.ABSENT) {
                return longest;
            }
            if (ids.contains(node)) {
                longest = i + 1 - at;
            }
        }
    }

    private int child(int node, char next) {
        return children.get(LongIntMap.key(node, next));
    }
}
