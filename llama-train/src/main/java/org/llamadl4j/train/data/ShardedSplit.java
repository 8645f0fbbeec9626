package org.llamadl4j.train.data;

import java.util.List;
import java.util.Objects;

/** A split as the tokens of its shards, one behind the other. */
final class ShardedSplit implements TokenSplit {

    private final List<TokenShard> shards;

    /** Where each shard begins, and where the last ends. */
    private final long[] starts;

    private final long textBytes;
    private final long documents;

    ShardedSplit(List<TokenShard> shards) {
        this.shards = List.copyOf(shards);
        this.starts = new long[shards.size() + 1];
        long textBytes = 0;
        long documents = 0;
        for (int i = 0; i < shards.size(); i++) {
            ShardHeader header = shards.get(i).header();
            starts[i + 1] = starts[i] + header.tokens();
            textBytes += header.textBytes();
            documents += header.documents();
        }
        this.textBytes = textBytes;
        this.documents = documents;
    }

    @Override
    public long tokens() {
        return starts[shards.size()];
    }

    @Override
    public long textBytes() {
        return textBytes;
    }

    @Override
    public long documents() {
        return documents;
    }

    @Override
    public void read(long offset, int[] target, int targetOffset, int length) {
        Objects.checkFromIndexSize(offset, (long) length, tokens());
        Objects.checkFromIndexSize(targetOffset, length, target.length);
        int shard = shardOf(offset);
        for (int done = 0; done < length; shard++) {
            long start = offset + done;
            int count = (int) Math.min(length - done, starts[shard + 1] - start);
            shards.get(shard).read((int) (start - starts[shard]), target, targetOffset + done, count);
            done += count;
        }
    }

    /** The shard with the token at {@code offset}. */
    private int shardOf(long offset) {
        int low = 0;
        int high = shards.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
