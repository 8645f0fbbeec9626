package org.llamadl4j.train.data;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.tokenizer.Tokenizer;

/**
 * Encodes documents on several threads and writes them in the order in which they came, so that the shards do not depend
 * on the number of threads. It holds at most {@code threads + 2} groups of documents of about 1 Mi characters.
 */
final class EncodingQueue implements Closeable {

    private static final int GROUP_CHARS = 1 << 20;

    private final Tokenizer tokenizer;
    private final ExecutorService pool;
    private final int maxGroups;
    private final Deque<Future<List<Encoded>>> encoding = new ArrayDeque<>();
    private List<Document> group = new ArrayList<>();
    private int groupChars;

    /** A text, the length of its UTF-8, and where it goes. */
    private record Document(String text, long textBytes, SplitWriter split) {}

    private record Encoded(int[] ids, Document document) {}

    EncodingQueue(Tokenizer tokenizer, int threads) {
        this.tokenizer = tokenizer;
        this.maxGroups = threads + 1;
        this.pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "encode");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Takes a document; documents taken before may be written meanwhile. */
    void add(String text, long textBytes, SplitWriter split) throws IOException {
        group.add(new Document(text, textBytes, split));
        groupChars += text.length();
        if (groupChars >= GROUP_CHARS) {
            submit();
            while (encoding.size() >= maxGroups) {
                writeFirst();
            }
        }
    }

    /** Writes all documents that were taken. */
    void flush() throws IOException {
        submit();
        while (!encoding.isEmpty()) {
            writeFirst();
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }

    private void submit() {
        List<Document> documents = group;
        group = new ArrayList<>();
        groupChars = 0;
        encoding.add(pool.submit(() -> documents.stream()
                .map(document -> new Encoded(tokenizer.encode(document.text), document))
                .toList()));
    }

    private void writeFirst() throws IOException {
        for (Encoded encoded : await(encoding.remove())) {
            SplitWriter split = encoded.document.split;
            split.append(tokenizer.bosId());
            for (int id : encoded.ids) {
                split.append(id);
            }
            split.append(tokenizer.eosId());
            split.endDocument(encoded.document.textBytes);
        }
    }

    private static <T> T await(Future<T> result) {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw UserError.failed(e, "interrupted; nothing was kept");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
