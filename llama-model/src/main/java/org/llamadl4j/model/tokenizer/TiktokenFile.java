package org.llamadl4j.model.tokenizer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.llamadl4j.model.error.UserError;

/**
 * A file of tiktoken, as Meta publishes Llama 3's {@code tokenizer.model}: each line has a token's bytes in base64, a
 * space, and its rank. Ranks are ids; the special tokens of Llama 3, which the file does not list, follow them.
 */
final class TiktokenFile {

    /** Four times that of the longest token in use. */
    private static final int LONGEST_LINE = 4096;

    private static final int MOST_TOKENS = 1 << 21;

    private final Path file;
    private final List<String> byteStrings = new ArrayList<>();
    private final byte[] line = new byte[LONGEST_LINE];
    private int length;
    private int lineNumber;

    private TiktokenFile(Path file) {
        this.file = file;
    }

    /** Reads {@code file}; a line that is no token, or a rank out of order, is a {@link UserError} that names it. */
    static ByteLevelTokenizer read(Path file) throws IOException {
        TiktokenFile tiktoken = new TiktokenFile(file);
        try (InputStream input = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            tiktoken.readLines(input);
        }
        return new ByteLevelTokenizer(ByteLevelModel.ofRanks(file, tiktoken.byteStrings, Llama3Tokens.names()));
    }

    private void readLines(InputStream input) throws IOException {
        byte[] buffer = new byte[1 << 16];
        lineNumber = 1;
        for (int read; (read = input.read(buffer)) >= 0; ) {
            for (int i = 0; i < read; i++) {
                if (buffer[i] == '\n') {
                    endLine();
                } else if (length == LONGEST_LINE) {
                    throw wrong("is longer than %d bytes".formatted(LONGEST_LINE));
                } else {
                    line[length++] = buffer[i];
                }
            }
        }
        endLine();
    }

    private void endLine() {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        if (end > 0) {
            addToken(end);
        }
        length = 0;
        lineNumber++;
    }

    private void addToken(int end) {
        int space = 0;
        while (space < end && line[space] != ' ') {
            space++;
        }
        long rank = space + 1 < end ? 0 : -1;
        for (int i = space + 1; i < end && rank >= 0; i++) {
            int digit = line[i] - '0';
            rank = digit < 0 || digit > 9 || rank > MOST_TOKENS ? -1 : 10 * rank + digit;
        }
        if (rank < 0) {
            throw wrong("is not a token in base64, a space and a rank");
        }
        if (rank != byteStrings.size()) {
            throw wrong(
                    "has the rank %d, not %d; ranks begin at 0 and leave none out".formatted(rank, byteStrings.size()));
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(Arrays.copyOf(line, space));
        } catch (IllegalArgumentException e) {
            throw wrong("is not base64 before its rank");
        }
        if (bytes.length == 0) {
            throw wrong("has a token of no bytes");
        }
        byteStrings.add(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private UserError wrong(String reason) {
        return UserError.failed("%s, line %d, %s; is it a tiktoken file?", file, lineNumber, reason);
    }
}
