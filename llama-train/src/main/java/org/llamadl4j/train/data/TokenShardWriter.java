package org.llamadl4j.train.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Writes one token shard from front to back, its header last; {@link ShardHeader} describes the format. */
final class TokenShardWriter implements Closeable {

    private final FileChannel file;
    private final int vocabSize;
    private final String tokenizerDigest;
    private final boolean wide;
    private final ByteBuffer block =
            ByteBuffer.allocateDirect(ShardHeader.BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Integer> checksums = new ArrayList<>();
    private long tokens;
    private long documents;
    private long textBytes;

    TokenShardWriter(Path file, int vocabSize, String tokenizerDigest) throws IOException {
        this.file = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.file.position(ShardHeader.BYTES);
        this.vocabSize = vocabSize;
        this.tokenizerDigest = tokenizerDigest;
        this.wide = ShardHeader.tokenBytes(vocabSize) == Integer.BYTES;
    }

    long tokens() {
        return tokens;
    }

    void append(int token) throws IOException {
        if (token < 0 || token >= vocabSize) {
            throw new IllegalArgumentException("token %d, but the vocabulary has %d".formatted(token, vocabSize));
        }
        if (!block.hasRemaining()) {
            writeBlock();
        }
        if (wide) {
            block.putInt(token);
        } else {
            block.putShort((short) token);
        }
        tokens++;
    }

    /** The tokens of a document of {@code bytes} bytes of text end here. */
    void endDocument(long bytes) {
        documents++;
        textBytes += bytes;
    }

    /** Writes what is left and the header, and waits until all of it is on the disk. */
    ShardHeader finish() throws IOException {
        writeBlock();
        ByteBuffer table = ByteBuffer.allocate(Integer.BYTES * checksums.size()).order(ByteOrder.LITTLE_ENDIAN);
        checksums.forEach(table::putInt);
        table.flip();
        ShardHeader header = new ShardHeader(
                tokens, documents, textBytes, vocabSize, tokenizerDigest, ShardHeader.checksum(table.slice()));
        writeFully(table);
        file.position(0);
        writeFully(header.toBytes());
        file.force(true);
        return header;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void writeBlock() throws IOException {
        block.flip();
        if (block.hasRemaining()) {
            checksums.add(ShardHeader.checksum(block.slice()));
            writeFully(block);
        }
        block.clear();
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }
}
