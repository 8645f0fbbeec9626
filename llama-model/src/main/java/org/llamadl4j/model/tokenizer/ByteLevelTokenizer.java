package org.llamadl4j.model.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntConsumer;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/**
 * Byte-pair encoding of the UTF-8 bytes of words, as Llama 3 has it, id for id as tiktoken and Hugging Face's tokenizers
 * do it. It may be shared between threads.
 */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
public final class ByteLevelTokenizer implements ConfiguredTokenizer {

    private final ByteLevelModel model;
    private final TokenizerSettings settings;

    /** Strings that are a token in any text. */
    private final AddedTokens userDefined;

    /** These, and those that are a token in {@link #encodeWithSpecials} alone. */
    private final AddedTokens added;

    private final EncoderPool encoders;

    ByteLevelTokenizer(ByteLevelModel model) {
        this(
                model,
                Llama3Tokens.settings(model),
                model.added(PieceType.USER_DEFINED),
                model.added(PieceType.USER_DEFINED, PieceType.CONTROL),
                new EncoderPool(sink -> new ByteLevelEncoder(model, sink)));
    }

    /**
     * The tokenizer of a vocabulary that another file holds. It begins and ends documents as Llama 3 does, if it has the
     * tokens for it.
     *
     * @param source that file, for messages
     * @throws UserError if the vocabulary is not valid
     */
    public static ByteLevelTokenizer of(Path source, ByteLevelVocabulary vocabulary) {
        return new ByteLevelTokenizer(ByteLevelModel.of(source, vocabulary));
    }

    /** The same tokenizer, used in another way. */
    @Override
    public ByteLevelTokenizer with(TokenizerSettings newSettings) {
        return new ByteLevelTokenizer(model, newSettings, userDefined, added, encoders);
    }

    /** What defines this tokenizer, for a file of another format. */
    public ByteLevelVocabulary vocabulary() {
        return model.vocabulary();
    }

    @Override
    public TokenizerSettings settings() {
        return settings;
    }

    @Override
    public int specialId(String spelling) {
        return added.id(spelling);
    }

    @Override
    public int vocabSize() {
        return model.size();
    }

    @Override
    public int[] encode(String text) {
        return encoders.encode(text, userDefined);
    }

    @Override
    public int[] encodeWithSpecials(String text) {
        return encoders.encode(text, added);
    }

    @Override
    public StreamingEncoder streamingEncoder(IntConsumer sink) {
        return encoders.streamingEncoder(sink, userDefined);
    }

    @Override
    public String decode(int[] ids) {
        ByteLevelDecoder decoder = new ByteLevelDecoder(model);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            decoder.append(id, text);
        }
        return text.append(decoder.finish()).toString();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new ByteLevelDecoder(model);
    }

    @Override
    public String piece(int id) {
        return model.piece(id).text();
    }

    @Override
    public String fileName() {
        return TokenizerJson.FILE;
    }

    /** Writes a {@code tokenizer.json}, under a temporary name first, so that a reader never sees half of it. */
    @Override
    public void write(Path file) throws IOException {
        TokenizerJsonWriter.write(file, this);
    }
}
