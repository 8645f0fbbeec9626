package org.llamadl4j.train.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.llamadl4j.model.text.DocumentReader;
import org.llamadl4j.model.text.TextCorpus;
import org.llamadl4j.model.tokenizer.Tokenizer;

/**
 * Documents of a corpus to the tokens of a split. Documents up to {@value #LONG_DOCUMENT} characters are encoded side by
 * side; a longer one is never held in memory and is encoded alone.
 */
final class CorpusEncoder implements Closeable {

    /** At least as long as what {@link DocumentHash} looks at. */
    private static final int LONG_DOCUMENT = DocumentHash.BYTES;

    private final Tokenizer tokenizer;
    private final boolean replaceInvalidUtf8;
    private final LongConsumer progress;
    private final EncodingQueue queue;
    private DocumentReader reader;
    private long bytesRead;

    CorpusEncoder(Tokenizer tokenizer, boolean replaceInvalidUtf8, int threads, LongConsumer progress) {
        this.tokenizer = tokenizer;
        this.replaceInvalidUtf8 = replaceInvalidUtf8;
        this.progress = progress;
        this.queue = new EncodingQueue(tokenizer, threads);
    }

    /** The bytes of UTF-8 text of the corpus if it is a single document. */
    OptionalLong bytesOfOnlyDocument(TextCorpus corpus) throws IOException {
        try (DocumentReader documents = corpus.open(replaceInvalidUtf8)) {
            long bytes = 0;
            if (documents.nextDocument()) {
                for (String passage; (passage = documents.nextPassage()) != null; ) {
                    bytes += passage.getBytes(StandardCharsets.UTF_8).length;
                }
            }
            return documents.nextDocument() ? OptionalLong.empty() : OptionalLong.of(bytes);
        }
    }

    /** Writes every document into the split that {@code choice} gives for its hash. */
    void encode(TextCorpus corpus, Function<DocumentHash, SplitWriter> choice) throws IOException {
        try (DocumentReader documents = open(corpus)) {
            while (documents.nextDocument()) {
                encodeDocument(choice);
            }
            queue.flush();
        }
    }

    /**
     * Writes the only document as two: as many whole characters as {@code bytes} bytes hold, and the rest.
     */
    void encodeInTwo(TextCorpus corpus, long bytes, SplitWriter first, SplitWriter second) throws IOException {
        DocumentTokens head = new DocumentTokens(tokenizer, first);
        DocumentTokens tail = new DocumentTokens(tokenizer, second);
        long left = bytes;
        try (DocumentReader documents = open(corpus)) {
            documents.nextDocument();
            for (String passage; (passage = nextPassage()) != null; ) {
                int cut = charsWithin(passage, left);
                if (cut > 0) {
                    left -= head.append(passage.substring(0, cut));
                }
                if (cut < passage.length()) {
                    left = 0;
                    tail.append(passage.substring(cut));
                }
            }
        }
        head.finish();
        tail.finish();
    }

    @Override
    public void close() {
        queue.close();
    }

    private void encodeDocument(Function<DocumentHash, SplitWriter> choice) throws IOException {
        List<String> passages = new ArrayList<>();
        DocumentHash hash = new DocumentHash();
        long bytes = 0;
        int chars = 0;
        String passage = nextPassage();
        for (; passage != null && chars < LONG_DOCUMENT; passage = nextPassage()) {
            byte[] utf8 = passage.getBytes(StandardCharsets.UTF_8);
            hash.update(utf8);
            bytes += utf8.length;
            chars += passage.length();
            passages.add(passage);
        }
        SplitWriter split = choice.apply(hash);
        if (passage == null) {
            queue.add(String.join("", passages), bytes, split);
            return;
        }
        queue.flush();
        DocumentTokens document = new DocumentTokens(tokenizer, split);
        document.append(String.join("", passages));
        for (; passage != null; passage = nextPassage()) {
            document.append(passage);
        }
        document.finish();
    }

    private DocumentReader open(TextCorpus corpus) {
        reader = corpus.open(replaceInvalidUtf8);
        bytesRead = 0;
        return reader;
    }

    private String nextPassage() throws IOException {
        String passage = reader.nextPassage();
        long bytes = reader.bytesRead();
        if (bytes > bytesRead) {
            progress.accept(bytes - bytesRead);
            bytesRead = bytes;
        }
        return passage;
    }

    /** How many characters of {@code text} fit whole into {@code bytes} bytes. */
    private static int charsWithin(String text, long bytes) {
        long left = bytes;
        int chars = 0;
        while (chars < text.length()) {
            int codePoint = text.codePointAt(chars);
            left -= codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            if (left < 0) {
                break;
            }
            chars += Character.charCount(codePoint);
        }
        return chars;
    }
}
