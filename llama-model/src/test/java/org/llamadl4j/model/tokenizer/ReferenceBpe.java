package org.llamadl4j.model.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BPE of one word as Hugging Face's tokenizers define it: of all neighbours that are a listed merge, the one listed first
 * is done, the leftmost of equals, until there is none. It takes quadratic time.
 */
final class ReferenceBpe {

    private final Map<List<String>, Integer> ranks = new HashMap<>();

    /** @param merges two symbols each, with a space between */
    ReferenceBpe(List<String> merges) {
        for (String merge : merges) {
            ranks.put(List.of(merge.split(" ")), ranks.size());
        }
    }

    List<String> merge(List<String> word) {
        List<String> symbols = new ArrayList<>(word);
        while (true) {
            int best = -1;
            int bestRank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int rank = ranks.getOrDefault(List.of(symbols.get(i), symbols.get(i + 1)), Integer.MAX_VALUE);
                if (rank < bestRank) {
                    best = i;
                    bestRank = rank;
                }
            }
            if (best < 0) {
                return symbols;
            }
            symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
        }
    }
}
