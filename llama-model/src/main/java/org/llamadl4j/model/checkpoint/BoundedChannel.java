package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import lombok.RequiredArgsConstructor;

/**
 * Another channel to read from, of which no more than a number of bytes can be read, at any places. Closing it leaves
 * the other one open: commons-compress closes what it was given when the garbage collector finds it.
 */
@RequiredArgsConstructor
final class BoundedChannel implements SeekableByteChannel {

    private final SeekableByteChannel channel;
    private final long most;
    private long count;

    @Override
    public int read(ByteBuffer target) throws IOException {
        count += target.remaining();
        if (count > most) {
            throw new IOException("there are more than %d bytes of it".formatted(most));
        }
        return channel.read(target);
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public long position() throws IOException {
        return channel.position();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
        channel.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {}
}
