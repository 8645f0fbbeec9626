package org.llamadl4j.train.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** One document on its way into a split: BOS, the ids of its text as it arrives, EOS; nothing at all without text. */
final class DocumentTokens {

    private final Tokenizer tokenizer;
    private final SplitWriter split;
    private final Tokenizer.StreamingEncoder encoder;
    private long textBytes;

    DocumentTokens(Tokenizer tokenizer, SplitWriter split) {
        this.tokenizer = tokenizer;
        this.split = split;
        this.encoder = tokenizer.streamingEncoder(this::write);
    }

    /** Takes the next passage and returns the bytes of its UTF-8. */
    long append(String passage) throws IOException {
        if (textBytes == 0) {
            split.append(tokenizer.bosId());
        }
        long bytes = passage.getBytes(StandardCharsets.UTF_8).length;
        textBytes += bytes;
        try {
            encoder.append(passage);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return bytes;
    }

    void finish() throws IOException {
        if (textBytes == 0) {
            return;
        }
        try {
            encoder.finish();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        split.append(tokenizer.eosId());
        split.endDocument(textBytes);
    }

    private void write(int id) {
        try {
            split.append(id);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
