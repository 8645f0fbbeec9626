package org.llamadl4j.model.tokenizer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.llamadl4j.model.error.UserError;

/**
 * Lines of text and lines of ids, as SentencePiece's own {@code spm_encode --output_format=id} and {@code spm_decode
 * --input_format=id} read and write them: each line is a text of its own, a line ends with a line feed alone, and ids
 * stand in decimal with a space between.
 */
public final class TokenizedLines {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Tokenizer tokenizer;
    private final String source;
    private final InputStream input;
    private final BufferedOutputStream output;
    private final byte[] digits = new byte[11];

    private byte[] line = new byte[BUFFER_BYTES];
    private int lineLength;
    private long lineNumber;
    private boolean firstInLine;

    private TokenizedLines(Tokenizer tokenizer, String source, InputStream input, OutputStream output) {
        this.tokenizer = tokenizer;
        this.source = source;
        this.input = input;
        this.output = new BufferedOutputStream(output, BUFFER_BYTES);
    }

    /**
     * Writes the ids of each line of text.
     *
     * @param source what to call the input in a message
     * @throws UserError naming the line, if it is not UTF-8
     */
    public static void encode(Tokenizer tokenizer, String source, InputStream text, OutputStream ids)
            throws IOException {
        TokenizedLines lines = new TokenizedLines(tokenizer, source, text, ids);
        Tokenizer.StreamingEncoder encoder = tokenizer.streamingEncoder(lines::writeId);
        lines.forEachLine(() -> {
            lines.firstInLine = true;
            encoder.append(lines.lineText());
            encoder.finish();
        });
    }

    /**
     * Writes the text of each line of ids.
     *
     * @param source what to call the input in a message
     * @throws UserError naming the line, if something in it is no id of the vocabulary
     */
    public static void decode(Tokenizer tokenizer, String source, InputStream ids, OutputStream text)
            throws IOException {
        TokenizedLines lines = new TokenizedLines(tokenizer, source, ids, text);
        lines.forEachLine(
                () -> lines.output.write(tokenizer.decode(lines.lineIds()).getBytes(StandardCharsets.UTF_8)));
    }

    /** What is done with the line at hand. */
    private interface LineAction {
        void run() throws IOException;
    }

    private void forEachLine(LineAction action) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            for (int read; (read = input.read(buffer)) >= 0; ) {
                int start = 0;
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '\n') {
                        addToLine(buffer, start, i);
                        endLine(action);
                        start = i + 1;
                    }
                }
                addToLine(buffer, start, read);
            }
            if (lineLength > 0) {
                endLine(action);
            }
        } finally {
            output.flush();
        }
    }

    private void addToLine(byte[] bytes, int start, int end) {
        int needed = lineLength + end - start;
        if (needed > line.length) {
            line = Arrays.copyOf(line, Math.max(needed, 2 * line.length));
        }
        System.arraycopy(bytes, start, line, lineLength, end - start);
        lineLength = needed;
    }

    private void endLine(LineAction action) throws IOException {
        lineNumber++;
        action.run();
        output.write('\n');
        lineLength = 0;
    }

    private String lineText() {
        String text = new String(line, 0, lineLength, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            refuseInvalidUtf8();
        }
        return text;
    }

    /** The replacement character may stand in the text itself, so only now is every byte looked at. */
    private void refuseInvalidUtf8() {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer bytes = ByteBuffer.wrap(line, 0, lineLength);
        if (decoder.decode(bytes, CharBuffer.allocate(lineLength), true).isError()) {
            throw UserError.failed(
                    "%s, line %d, byte %d of the line: not UTF-8; convert the text to UTF-8 first",
                    source, lineNumber, bytes.position() + 1);
        }
    }

    private void writeId(int id) {
        int start = digits.length;
        for (int rest = id; rest > 0 || start == digits.length; rest /= 10) {
            digits[--start] = (byte) ('0' + rest % 10);
        }
        if (!firstInLine) {
            digits[--start] = ' ';
        }
        firstInLine = false;
        try {
            output.write(digits, start, digits.length - start);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int[] lineIds() {
        IntList ids = new IntList();
        for (int i = 0; i < lineLength; ) {
            int start = i;
            while (i < lineLength && !isBlank(line[i])) {
                i++;
            }
            if (i > start) {
                ids.add(parseId(start, i));
            } else {
                i++;
            }
        }
        return ids.toArray();
    }

    private static boolean isBlank(byte character) {
        return character == ' ' || character == '\t' || character == '\r';
    }

    private int parseId(int start, int end) {
        long id = 0;
        for (int i = start; i < end; i++) {
            if (line[i] < '0' || line[i] > '9') {
                throw UserError.failed(
                        "%s, line %d: \"%s\" is no token id; ids are numbers from 0 to %d with spaces between",
                        source,
                        lineNumber,
                        new String(line, start, Math.min(end - start, 40), StandardCharsets.UTF_8),
                        tokenizer.vocabSize() - 1);
            }
            id = Math.min(10 * id + line[i] - '0', Integer.MAX_VALUE);
        }
        if (id >= tokenizer.vocabSize()) {
            throw UserError.failed(
                    "%s, line %d: the token id %s is outside the vocabulary, 0 to %d",
                    source,
                    lineNumber,
                    new String(line, start, Math.min(end - start, 40), StandardCharsets.UTF_8),
                    tokenizer.vocabSize() - 1);
        }
        return (int) id;
    }
}
