package org.llamadl4j.train.data;

import java.util.stream.IntStream;

/** A split in memory. */
public record ArraySplit(int... ids) implements TokenSplit {

    /** The tokens 0 to {@code count - 1}, so that each tells its place. */
    public static ArraySplit counting(int count) {
        return new ArraySplit(IntStream.range(0, count).toArray());
    }

    @Override
    public long tokens() {
        return ids.length;
    }

    @Override
    public long textBytes() {
        return ids.length;
    }

    @Override
    public long documents() {
        return 1;
    }

    @Override
    public void read(long offset, int[] target, int targetOffset, int length) {
        System.arraycopy(ids, Math.toIntExact(offset), target, targetOffset, length);
    }
}
