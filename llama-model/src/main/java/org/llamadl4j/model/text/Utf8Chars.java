package org.llamadl4j.model.text;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.llamadl4j.model.error.UserError;

/**
 * The characters of a UTF-8 stream, without its byte order mark. Invalid bytes are replaced by U+FFFD as the JDK's
 * decoder does, or end the stream with an error that names their offset. All characters before the invalid bytes are
 * given out first, so that the place that the caller knows is the place of the error.
 */
final class Utf8Chars implements Closeable {

    private static final int BLOCK_BYTES = 1 << 16;

    private final InputStream in;
    private final Supplier<String> place;
    private final CharsetDecoder decoder;
    private final ByteBuffer bytes = ByteBuffer.allocate(BLOCK_BYTES).limit(0);

    /** Offset of {@code bytes[0]} in the stream. */
    private long base;

    private boolean started;
    private boolean ended;

    /** Reads {@code in}; {@code place} is how messages call where the stream stands now. */
    Utf8Chars(InputStream in, boolean replaceInvalid, Supplier<String> place) {
        this.in = in;
        this.place = place;
        CodingErrorAction action = replaceInvalid ? CodingErrorAction.REPLACE : CodingErrorAction.REPORT;
        this.decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(action);
    }

    /** Reads 1 to {@code length} (at least 2, room for a surrogate pair) characters; -1 at the end. */
    int read(char[] target, int offset, int length) {
        if (!started) {
            skipByteOrderMark();
        }
        CharBuffer chars = CharBuffer.wrap(target, offset, length);
        while (true) {
            CoderResult result = decoder.decode(bytes, chars, ended);
            int count = chars.position() - offset;
            if (count > 0) {
                return count;
            }
            if (result.isError()) {
                throw UserError.failed(
                        "%s: byte %d is not valid UTF-8 (counted from 0); mend the file, or read such bytes as U+FFFD"
                                + " with --replace-invalid-utf8",
                        place.get(), base + bytes.position());
            }
            if (ended) {
                return -1;
            }
            fill();
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void skipByteOrderMark() {
        started = true;
        while (!ended && bytes.limit() < 3) {
            fill();
        }
        boolean marked = bytes.limit() >= 3
                && bytes.get(0) == (byte) 0xEF
                && bytes.get(1) == (byte) 0xBB
                && bytes.get(2) == (byte) 0xBF;
        bytes.position(marked ? 3 : 0);
    }

    /** Keeps the bytes of an unfinished sequence and reads on behind them. */
    private void fill() {
        base += bytes.position();
        bytes.compact();
        try {
            int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
            if (count < 0) {
                ended = true;
            } else {
                bytes.position(bytes.position() + count);
            }
        } catch (IOException e) {
            throw UserError.failed(e, "%s: cannot be read: %s", place.get(), e.getMessage());
        }
        bytes.flip();
    }
}
