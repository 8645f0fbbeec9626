package org.llamadl4j.model.tokenizer;

/** The ids of one word of text. Scratch space is kept from word to word; one thread uses it. */
@FunctionalInterface
interface WordEncoder {

    /** Adds the ids of {@code text[start..end)}, at least one character, to {@code ids}. */
    void encode(char[] text, int start, int end, IntList ids);
}
