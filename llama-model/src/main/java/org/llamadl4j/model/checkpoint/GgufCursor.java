package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.llamadl4j.model.error.UserError;

/**
 * Reads the little-endian fields of a GGUF header one after another. Every length is held against what the file still
 * has before anything is allocated for it.
 */
final class GgufCursor {

    /** Longest header: ten times that of the largest vocabulary in use. */
    private static final long LONGEST_HEADER = 100_000_000;

    private final Path file;
    private final RandomAccessFile input;
    private final long fileBytes;
    private final ByteBuffer chunk =
            ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN).limit(0);

    /** What is being read, for messages. */
    private String place = "the header";

    GgufCursor(Path file, RandomAccessFile input) throws IOException {
        this.file = file;
        this.input = input;
        this.fileBytes = input.length();
    }

    /** Says what is read from now on, for messages. */
    void enter(String place) {
        this.place = place;
    }

    Path file() {
        return file;
    }

    long fileBytes() {
        return fileBytes;
    }

    byte int8() {
        require(1);
        return chunk.get();
    }

    short int16() {
        require(2);
        return chunk.getShort();
    }

    int int32() {
        require(4);
        return chunk.getInt();
    }

    long int64() {
        require(8);
        return chunk.getLong();
    }

    /** Reads how many things of at least {@code leastBytes} follow. */
    int count(int leastBytes) {
        long count = int64();
        if (count < 0 || count > remaining() / leastBytes) {
            throw broken(
                    "it has %s entries, for which the remaining %d bytes have no room",
                    Long.toUnsignedString(count), remaining());
        }
        return (int) count;
    }

    /** Reads a string with its length before it. */
    String string() {
        byte[] utf8 = new byte[count(1)];
        int done = 0;
        while (done < utf8.length) {
            require(1);
            int length = Math.min(utf8.length - done, chunk.remaining());
            chunk.get(utf8, done, length);
            done += length;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw UserError.failed(e, "%s: %s, before byte %d: a string is not UTF-8", file, place, position());
        }
    }

    /** The byte of the file that comes next. */
    long position() {
        try {
            return input.getFilePointer() - chunk.remaining();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** That what was entered last is wrong. */
    UserError broken(String reason, Object... arguments) {
        return UserError.failed("%s: %s, before byte %d: %s", file, place, position(), reason.formatted(arguments));
    }

    private long remaining() {
        return Math.max(0, Math.min(fileBytes, LONGEST_HEADER) - position());
    }

    private void require(int bytes) {
        if (chunk.remaining() >= bytes) {
            return;
        }
        if (remaining() < bytes) {
            throw broken(
                    fileBytes > LONGEST_HEADER
                            ? "the header is longer than %d bytes".formatted(LONGEST_HEADER)
                            : "the file ends here; it is cut short");
        }
        try {
            chunk.compact();
            int read = input.read(chunk.array(), chunk.position(), chunk.remaining());
            chunk.position(chunk.position() + Math.max(0, read)).flip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (chunk.remaining() < bytes) {
            throw broken("the file was cut short while it was read");
        }
    }
}
