package org.llamadl4j.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The special tokens of Llama 3, which its tiktoken file does not list. */
final class Llama3Tokens {

    private static final String BOS = "<|begin_of_text|>";
    private static final String EOS = "<|end_of_text|>";

    /** What ends a text, a turn, and a message to a tool. */
    private static final List<String> ENDS = List.of(EOS, "<|eot_id|>", "<|eom_id|>");

    private static final int COUNT = 256;

    /** Those with a name, by their place among the special tokens. */
    private static final Map<Integer, String> NAMED = Map.of(
            0, BOS,
            1, EOS,
            4, "<|finetune_right_pad_id|>",
            6, "<|start_header_id|>",
            7, "<|end_header_id|>",
            8, "<|eom_id|>",
            9, "<|eot_id|>",
            10, "<|python_tag|>");

    private Llama3Tokens() {}

    /**
     * All 256, in the order of their ids, as Llama 3.1 calls them. Llama 3 has the same ids, with those at 4, 8 and 10
     * reserved, too.
     */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        int reserved = 0;
        for (int place = 0; place < COUNT; place++) {
            String name = NAMED.get(place);
            names.add(name == null ? "<|reserved_special_token_" + reserved++ + "|>" : name);
        }
        return names;
    }

    /** How models use a tokenizer that has these tokens; what it lacks gets the id -1. */
    static TokenizerSettings settings(ByteLevelModel model) {
        AddedTokens special = model.added(PieceType.CONTROL, PieceType.USER_DEFINED);
        Set<Integer> ends = ENDS.stream().map(special::id).filter(id -> id >= 0).collect(Collectors.toSet());
        return new TokenizerSettings(special.id(BOS), special.id(EOS), ends, true, Optional.empty());
    }
}
