package org.llamadl4j.train.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * What stands in the first {@value #BYTES} bytes of a token shard. The whole file, all little-endian:
 *
 * <table>
 *   <caption>Token shard</caption>
 *   <tr><th>offset</th><th>type</th><th>what</th></tr>
 *   <tr><td>0</td><td>8 bytes</td><td>{@code LLAMATOK}</td></tr>
 *   <tr><td>8</td><td>int32</td><td>version of the format, {@value #VERSION}</td></tr>
 *   <tr><td>12</td><td>int32</td><td>bytes of a token: 2 (unsigned) where V ≤ 65536, otherwise 4</td></tr>
 *   <tr><td>16</td><td>int64</td><td>tokens</td></tr>
 *   <tr><td>24</td><td>int64</td><td>documents that end in this shard</td></tr>
 *   <tr><td>32</td><td>int64</td><td>bytes of UTF-8 text of the documents that end in this shard</td></tr>
 *   <tr><td>40</td><td>int32</td><td>V, size of the vocabulary</td></tr>
 *   <tr><td>44</td><td>int32</td><td>bytes of a block, {@value #BLOCK_BYTES}</td></tr>
 *   <tr><td>48</td><td>32 bytes</td><td>SHA-256 of the tokenizer's file</td></tr>
 *   <tr><td>80</td><td>int32</td><td>CRC-32C of the block checksums</td></tr>
 *   <tr><td>84</td><td>40 bytes</td><td>zero</td></tr>
 *   <tr><td>124</td><td>int32</td><td>CRC-32C of the 124 bytes before it</td></tr>
 *   <tr><td>128</td><td></td><td>the tokens</td></tr>
 *   <tr><td></td><td>int32 each</td><td>CRC-32C of each block of tokens (the last block may be short)</td></tr>
 * </table>
 *
 * @param tokenizerDigest SHA-256 of the tokenizer's file, in hexadecimal
 * @param checksumOfBlocks CRC-32C of the block checksums
 */
record ShardHeader(
        long tokens, long documents, long textBytes, int vocabSize, String tokenizerDigest, int checksumOfBlocks) {

    static final int BYTES = 128;
    static final int VERSION = 1;
    static final int BLOCK_BYTES = 1 << 20;

    /** {@code LLAMATOK} read as a little-endian int64. */
    private static final long MAGIC = 0x4B4F54414D414C4CL;

    private static final int CHECKED_BYTES = 124;

    /** Bytes of one token on disk. */
    int tokenBytes() {
        return tokenBytes(vocabSize);
    }

    static int tokenBytes(int vocabSize) {
        return vocabSize <= 1 << Character.SIZE ? Character.BYTES : Integer.BYTES;
    }

    long dataBytes() {
        return tokens * tokenBytes();
    }

    int blocks() {
        return Math.toIntExact((dataBytes() + BLOCK_BYTES - 1) / BLOCK_BYTES);
    }

    long fileBytes() {
        return BYTES + dataBytes() + (long) Integer.BYTES * blocks();
    }

    ByteBuffer toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC).putInt(VERSION).putInt(tokenBytes());
        bytes.putLong(tokens).putLong(documents).putLong(textBytes);
        bytes.putInt(vocabSize).putInt(BLOCK_BYTES);
        bytes.put(HexFormat.of().parseHex(tokenizerDigest)).putInt(checksumOfBlocks);
        bytes.putInt(CHECKED_BYTES, checksum(bytes.slice(0, CHECKED_BYTES)));
        return bytes.clear();
    }

    /**
     * Reads a header from the first {@value #BYTES} bytes.
     *
     * @throws DamagedShardException if they are no sound header of this version
     */
    static ShardHeader of(ByteBuffer file) throws DamagedShardException {
        if (file.limit() < BYTES) {
            throw new DamagedShardException("it is cut short");
        }
        ByteBuffer bytes = file.slice(0, BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getLong() != MAGIC) {
            throw new DamagedShardException("it does not begin like a token shard");
        }
        int version = bytes.getInt();
        if (version != VERSION) {
            throw new DamagedShardException(
                    "its format has version %d, this program reads version %d".formatted(version, VERSION));
        }
        if (bytes.getInt(CHECKED_BYTES) != checksum(bytes.slice(0, CHECKED_BYTES))) {
            throw new DamagedShardException("the checksum of its header does not fit");
        }
        int tokenBytes = bytes.getInt();
        long tokens = bytes.getLong();
        long documents = bytes.getLong();
        long textBytes = bytes.getLong();
        int vocabSize = bytes.getInt();
        int blockBytes = bytes.getInt();
        byte[] digest = new byte[32];
        bytes.get(digest);
        ShardHeader header = new ShardHeader(
                tokens, documents, textBytes, vocabSize, HexFormat.of().formatHex(digest), bytes.getInt());
        if (tokenBytes != header.tokenBytes() || blockBytes != BLOCK_BYTES) {
            throw new DamagedShardException("its header contradicts itself");
        }
        return header;
    }

    static int checksum(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return (int) checksum.getValue();
    }
}
