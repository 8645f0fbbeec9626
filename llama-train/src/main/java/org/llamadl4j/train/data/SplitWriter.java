package org.llamadl4j.train.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lombok.RequiredArgsConstructor;

/** Writes the documents of one split into as many shards as they take; without documents there are none. */
@RequiredArgsConstructor
final class SplitWriter implements Closeable {

    private final Path folder;

    /** The split's name, with which the names of its shards begin. */
    private final String name;

    private final int vocabSize;
    private final String tokenizerDigest;

    /** Tokens after which a new shard begins. */
    private final long shardTokens;

    private final List<DatasetManifest.Shard> shards = new ArrayList<>();
    private final List<ShardHeader> headers = new ArrayList<>();
    private TokenShardWriter shard;

    void append(int token) throws IOException {
        if (shard == null || shard.tokens() == shardTokens) {
            finishShard();
            shard = new TokenShardWriter(folder.resolve(nextName()), vocabSize, tokenizerDigest);
        }
        shard.append(token);
    }

    /** The tokens of a document of {@code textBytes} bytes of text end here. */
    void endDocument(long textBytes) {
        shard.endDocument(textBytes);
    }

    /** Ends the last shard and tells what was written. */
    DatasetManifest.Split finish() throws IOException {
        finishShard();
        return DatasetManifest.Split.of(shards, headers);
    }

    @Override
    public void close() throws IOException {
        if (shard != null) {
            shard.close();
            shard = null;
        }
    }

    private String nextName() {
        return "%s-%05d%s".formatted(name, shards.size(), TokenShard.ENDING);
    }

    private void finishShard() throws IOException {
        if (shard != null) {
            ShardHeader header = shard.finish();
            close();
            shards.add(DatasetManifest.Shard.of(nextName(), header));
            headers.add(header);
        }
    }
}
