package org.llamadl4j.train.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicIntegerArray;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/**
 * One shard, mapped into memory. Opening it checks its length, its header and the table of block checksums; a block is
 * checked when it is first touched, which costs one pass of CRC-32C over 1 MiB, less than reading it from disk. So
 * opening takes no longer for a large dataset, and still no altered token is ever returned.
 */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class TokenShard {

    /** How the name of a shard ends. */
    static final String ENDING = ".tokens";

    private final Path file;
    private final ShardHeader header;

    /** The tokens. */
    private final ByteBuffer data;

    /** CRC-32C of each block of {@link #data}. */
    private final ByteBuffer checksums;

    /** 1 where a block was checked. */
    private final AtomicIntegerArray checked;

    /** Opens a shard; {@link UserError} names the file if it is missing, cut or altered. */
    static TokenShard open(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new DamagedShardException("it is longer than a shard can be");
            }
            MappedByteBuffer bytes = channel.map(MapMode.READ_ONLY, 0, channel.size());
            ShardHeader header = ShardHeader.of(bytes);
            if (bytes.limit() != header.fileBytes()) {
                throw new DamagedShardException(
                        "it has %,d bytes where its header says %,d".formatted(bytes.limit(), header.fileBytes()));
            }
            int dataBytes = Math.toIntExact(header.dataBytes());
            ByteBuffer data = bytes.slice(ShardHeader.BYTES, dataBytes).order(ByteOrder.LITTLE_ENDIAN);
            ByteBuffer checksums = bytes.slice(ShardHeader.BYTES + dataBytes, Integer.BYTES * header.blocks())
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (ShardHeader.checksum(checksums.duplicate()) != header.checksumOfBlocks()) {
                throw new DamagedShardException("the checksum of its block table does not fit");
            }
            return new TokenShard(file, header, data, checksums, new AtomicIntegerArray(header.blocks()));
        } catch (DamagedShardException e) {
            throw damaged(file, e.getMessage());
        } catch (IOException e) {
            throw UserError.failed(
                    e, "%s cannot be read (%s); prepare the dataset again with `llama prepare`", file, e.getMessage());
        }
    }

    ShardHeader header() {
        return header;
    }

    /** Copies tokens; the caller keeps to 0 ≤ offset and offset + length ≤ tokens. */
    void read(int offset, int[] target, int targetOffset, int length) {
        if (length == 0) {
            return;
        }
        check(offset, length);
        if (header.tokenBytes() == Integer.BYTES) {
            data.asIntBuffer().get(offset, target, targetOffset, length);
        } else {
            for (int i = 0; i < length; i++) {
                target[targetOffset + i] = data.getChar(Character.BYTES * (offset + i));
            }
        }
    }

    private void check(int offset, int length) {
        int width = header.tokenBytes();
        int last = (int) (((long) (offset + length) * width - 1) / ShardHeader.BLOCK_BYTES);
        for (int block = (int) ((long) offset * width / ShardHeader.BLOCK_BYTES); block <= last; block++) {
            if (checked.get(block) == 0) {
                checkBlock(block);
                checked.set(block, 1);
            }
        }
    }

    private void checkBlock(int block) {
        int from = block * ShardHeader.BLOCK_BYTES;
        ByteBuffer bytes = data.slice(from, Math.min(ShardHeader.BLOCK_BYTES, data.limit() - from));
        if (ShardHeader.checksum(bytes) != checksums.getInt(Integer.BYTES * block)) {
            throw damaged(
                    file,
                    "the checksum of its bytes %,d to %,d does not fit"
                            .formatted(
                                    (long) ShardHeader.BYTES + from,
                                    (long) ShardHeader.BYTES + from + bytes.limit() - 1));
        }
    }

    private static UserError damaged(Path file, String why) {
        return UserError.failed(
                "%s is damaged: %s; copy it again from where it was made, or make the dataset anew with"
                        + " `llama prepare --overwrite`",
                file, why);
    }
}
