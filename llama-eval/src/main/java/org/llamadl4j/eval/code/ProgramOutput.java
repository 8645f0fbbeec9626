package org.llamadl4j.eval.code;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;

/** The beginning and the end of what a stream gave. All of it is read, by a thread, so that the writer never waits. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class ProgramOutput {

    private static final int BLOCK = 1 << 13;

    /** Characters of the beginning. */
    private static final int LONGEST_BEGIN = 64;

    /** Characters of the end at most; at least half as many are kept. */
    private static final int LONGEST_END = 1 << 17;

    private final Thread reader;
    private final StringBuilder begin;
    private final StringBuilder end;

    static ProgramOutput of(InputStream stream) {
        StringBuilder begin = new StringBuilder();
        StringBuilder end = new StringBuilder();
        Thread reader = new Thread(() -> read(stream, begin, end), "program-output");
        reader.setDaemon(true);
        reader.start();
        return new ProgramOutput(reader, begin, end);
    }

    /** Bytes are kept as characters of their number until all are there. */
    private static void read(InputStream stream, StringBuilder begin, StringBuilder end) {
        byte[] bytes = new byte[BLOCK];
        try (stream) {
            for (int count = stream.read(bytes); count >= 0; count = stream.read(bytes)) {
                String text = new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
                begin.append(text, 0, Math.min(count, LONGEST_BEGIN - begin.length()));
                end.append(text);
                if (end.length() > LONGEST_END) {
                    end.delete(0, end.length() - LONGEST_END / 2);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first characters, once the stream has ended. */
    String begin() throws InterruptedException {
        return text(begin);
    }

    /** The last characters, once the stream has ended. */
    String end() throws InterruptedException {
        return text(end);
    }

    private String text(StringBuilder characters) throws InterruptedException {
        reader.join();
        return new String(characters.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
