package org.llamadl4j.eval.score;

import java.io.IOException;
import java.util.function.LongConsumer;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.DocumentReader;
import org.llamadl4j.model.tokenizer.Tokenizer;

/**
 * Scores text: each document is begun by BOS and ended by EOS as in training, and read in windows of the model's context
 * ({@link TextWindows}). Memory does not grow with the text.
 */
@RequiredArgsConstructor
public final class Perplexity {

    private final LlamaModel model;

    /** Tokens between the beginnings of two windows, from 1 to the model's context. */
    private final int stride;

    /** With windows that do not overlap. */
    public Perplexity(LlamaModel model) {
        this(model, model.config().contextLength());
    }

    /**
     * Scores all that {@code documents} still holds. Documents without text do not count.
     *
     * @param progress is told {@link DocumentReader#bytesRead} now and then
     * @throws UserError if there is no text, the stride is out of range or a loss is not a number
     */
    public TextScore score(DocumentReader documents, LongConsumer progress) throws IOException {
        int context = model.config().contextLength();
        if (stride < 1 || stride > context) {
            throw UserError.usage("stride must be from 1 to the model's context of %d, not %d", context, stride);
        }
        LossBatches batches = new LossBatches(model);
        TextWindows windows = new TextWindows(context, stride, batches::add);
        Tokenizer tokenizer = model.tokenizer();
        Tokenizer.StreamingEncoder encoder = tokenizer.streamingEncoder(windows::append);
        long count = 0;
        long bytes = 0;
        while (documents.nextDocument()) {
            String passage = documents.nextPassage();
            if (passage == null) {
                continue;
            }
            windows.append(tokenizer.bosId());
            for (; passage != null; passage = documents.nextPassage()) {
                encoder.append(passage);
                bytes += utf8Length(passage);
                progress.accept(documents.bytesRead());
            }
            encoder.finish();
            windows.append(tokenizer.eosId());
            windows.finish();
            count++;
        }
        batches.finish();
        if (count == 0) {
            throw UserError.failed("the input has no text");
        }
        if (!Double.isFinite(batches.nats())) {
            throw UserError.failed("the model's loss is not a number; its weights are broken");
        }
        return new TextScore(count, batches.scored(), bytes, batches.nats());
    }

    private static long utf8Length(String text) {
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Each half of a surrogate pair stands for two of its four bytes.
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }
}
