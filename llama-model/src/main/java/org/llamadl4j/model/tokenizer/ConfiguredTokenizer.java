package org.llamadl4j.model.tokenizer;

/** A tokenizer to which the files beside its own have something to say. */
interface ConfiguredTokenizer extends Tokenizer {

    @Override
    TokenizerSettings settings();

    @Override
    default int bosId() {
        return settings().bosId();
    }

    @Override
    default int eosId() {
        return settings().eosId();
    }

    /** The same tokenizer, used in another way. */
    ConfiguredTokenizer with(TokenizerSettings settings);

    /** The id of a token that is no part of ordinary text by its spelling, or -1. */
    int specialId(String spelling);
}
