package org.llamadl4j.eval.data;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.llamadl4j.model.error.UserError;

/** The lines of a UTF-8 file, without their ends (LF or CR LF) and without a byte order mark. */
final class LineReader implements Closeable {

    /** No line of any benchmark comes near; a longer one is no line of a benchmark, but may fill the memory. */
    private static final int MAX_BYTES = 1 << 24;

    private final DataFile file;
    private final InputStream in;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int line;

    LineReader(DataFile file) {
        this.file = file;
        this.in = file.open();
    }

    /** The next line, null at the end. */
    String next() {
        line++;
        bytes.reset();
        int b = read();
        if (b < 0) {
            return null;
        }
        for (; b >= 0 && b != '\n'; b = read()) {
            bytes.write(b);
            if (bytes.size() > MAX_BYTES) {
                throw wrong("a line of more than %d bytes; this is no file of a benchmark".formatted(MAX_BYTES));
            }
        }
        String text = decode();
        if (line == 1 && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** The number of the line that {@link #next} gave last, from 1. */
    int line() {
        return line;
    }

    /** How messages call the place of line {@code number}. */
    String origin(int number) {
        return file.location() + ", line " + number;
    }

    /** What is wrong with the line that was read last. */
    UserError wrong(String message) {
        return wrong(line, message);
    }

    UserError wrong(int number, String message) {
        return UserError.failed("%s: %s", origin(number), message);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw UserError.failed(e, "%s: cannot be read: %s", file.location(), e.getMessage());
        }
    }

    private int read() {
        try {
            return in.read();
        } catch (EOFException e) {
            throw UserError.failed(
                    e, "%s: the file was cut short: the archive ends too early; download it again", origin(line));
        } catch (IOException e) {
            throw UserError.failed(e, "%s: cannot be read: %s", origin(line), e.getMessage());
        }
    }

    private String decode() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw UserError.failed(e, "%s: not valid UTF-8; the file is damaged, or no text", origin(line));
        }
    }
}
