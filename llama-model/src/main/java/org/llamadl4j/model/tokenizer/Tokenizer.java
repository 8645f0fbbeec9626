package org.llamadl4j.model.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;

/** Text to token ids and back. Implementations are immutable and may be shared between threads. */
public interface Tokenizer {

    /** V, the number of tokens; ids are 0 to V - 1. */
    int vocabSize();

    /** The id that begins a document. */
    int bosId();

    /** The id that ends a document. */
    int eosId();

    /** How models use this tokenizer. */
    default TokenizerSettings settings() {
        return TokenizerSettings.of(bosId(), eosId());
    }

    /**
     * The ids that, as far as the vocabulary tells, end what a model writes, {@link #eosId} among them: of Llama 3 the
     * ends of a text, a turn and a message. A model may know better.
     */
    default Set<Integer> eosIds() {
        return settings().eosIds();
    }

    /** Whether a prompt begins with {@link #bosId}. */
    default boolean addsBos() {
        return settings().addsBos();
    }

    /** The Jinja template that makes a prompt of a conversation. */
    default Optional<String> chatTemplate() {
        return settings().chatTemplate();
    }

    /**
     * The ids of {@code text}, without {@link #bosId} and {@link #eosId}. A text that spells a special token such as
     * {@code <|eot_id|>} is text like any other, so that nobody can end a turn by writing it.
     */
    int[] encode(String text);

    /**
     * The ids of a text that a program has put together, in which the spelling of a special token is that token. What
     * lies between two of them is encoded as a text of its own. Here, too, {@link #bosId} is there only where the text
     * spells it.
     */
    default int[] encodeWithSpecials(String text) {
        return encode(text);
    }

    /** The text of {@code ids}; control tokens give nothing. */
    String decode(int[] ids);

    /**
     * An encoder for a text that arrives in passages: ids go to {@code sink} as soon as they are certain, and all
     * together equal {@link #encode} of the joined text. It buffers no more than a passage and a word.
     */
    StreamingEncoder streamingEncoder(IntConsumer sink);

    /** A decoder for ids that arrive one by one; bytes of an unfinished UTF-8 sequence are held back. */
    StreamingDecoder streamingDecoder();

    /** The token as the vocabulary spells it. */
    String piece(int id);

    /** What its file is called in a model folder. */
    default String fileName() {
        return "tokenizer.model";
    }

    /** Writes the tokenizer in its own format, so that {@code file} can be opened again. */
    void write(Path file) throws IOException;

    /** Encodes one text that arrives in passages. */
    interface StreamingEncoder {

        /** Takes the next passage; it may begin and end anywhere, but not inside a surrogate pair. */
        void append(String passage);

        /** Ends the text; afterwards the encoder may be used for another text. */
        void finish();
    }

    /** Decodes one sequence of ids that arrive one by one. */
    interface StreamingDecoder {

        /** The text that {@code id} completes; empty while a UTF-8 sequence is unfinished. */
        String append(int id);

        /** What was held back, with U+FFFD for bytes that are no UTF-8. */
        String finish();
    }
}
