package org.llamadl4j.model.tokenizer;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import lombok.With;

/**
 * How models use a tokenizer, beside how it cuts text.
 *
 * @param bosId the id that begins a document, or -1 where that is still to be found out
 * @param eosId the id that ends a document, or -1
 * @param eosIds the ids that, as far as the vocabulary tells, end what a model writes; {@code eosId} is always among them
 * @param addsBos whether a prompt begins with {@code bosId}
 * @param chatTemplate the Jinja template that makes a prompt of a conversation
 */
@With
public record TokenizerSettings(
        int bosId, int eosId, Set<Integer> eosIds, boolean addsBos, Optional<String> chatTemplate) {

    public TokenizerSettings {
        Set<Integer> all = new TreeSet<>(eosIds);
        if (eosId >= 0) {
            all.add(eosId);
        }
        eosIds = Collections.unmodifiableSet(all);
    }

    /** Those of a tokenizer of which nothing more is known. */
    public static TokenizerSettings of(int bosId, int eosId) {
        return new TokenizerSettings(bosId, eosId, Set.of(), true, Optional.empty());
    }
}
