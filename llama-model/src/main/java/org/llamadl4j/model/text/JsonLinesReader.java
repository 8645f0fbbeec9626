package org.llamadl4j.model.text;

import java.io.IOException;
import org.llamadl4j.model.error.UserError;

/**
 * The documents of a JSON-lines file: one object a line, its text in the field {@code text}. The text is given out
 * while it is read, so that a line may have any length; all of the line is checked to be JSON (RFC 8259; beyond it the
 * numbers NaN and Infinity, which Python writes). Lines without anything and empty texts are passed over.
 */
final class JsonLinesReader implements DocumentReader {

    private static final String FIELD = "text";
    private static final int MAX_DEPTH = 512;
    private static final char REPLACEMENT = '\uFFFD';

    private final InputFile file;
    private final boolean replaceInvalid;
    private final Utf8Chars source;
    private final char[] block = new char[1 << 14];
    private int position;
    private int limit;
    private long line = 1;

    private final PassageBuffer buffer = new PassageBuffer();
    private boolean insideDocument;
    private boolean insideText;

    /** The first passage, which is read ahead to know that the document is not empty. */
    private String first;

    /** A high surrogate that was escaped, while what follows it is unknown; 0 if none. */
    private char highSurrogate;

    private JsonLinesReader(InputFile file, boolean replaceInvalidUtf8) {
        this.file = file;
        this.replaceInvalid = replaceInvalidUtf8;
        this.source = new Utf8Chars(file, replaceInvalidUtf8, this::source);
    }

    static JsonLinesReader open(InputFile file, boolean replaceInvalidUtf8) {
        return new JsonLinesReader(file, replaceInvalidUtf8);
    }

    @Override
    public boolean nextDocument() {
        while (insideDocument) {
            nextPassage();
        }
        while (skipToLine()) {
            expect('{');
            if (!findText(true)) {
                throw broken("it has no field `text`");
            }
            insideDocument = true;
            insideText = true;
            first = readText();
            if (first != null) {
                return true;
            }
            endDocument();
        }
        return false;
    }

    @Override
    public String nextPassage() {
        if (!insideDocument) {
            return null;
        }
        String passage = first != null ? first : readText();
        first = null;
        if (passage == null) {
            endDocument();
        }
        return passage;
    }

    @Override
    public String source() {
        return file.name() + ", line " + line;
    }

    @Override
    public long bytesRead() {
        return file.bytesRead();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /** Moves to the first character of the next line that has one; false at the end of the file. */
    private boolean skipToLine() {
        while (true) {
            skipSpaces();
            if (peek() < 0) {
                return false;
            }
            if (peek() != '\n') {
                return true;
            }
            position++;
            line++;
        }
    }

    private void endDocument() {
        skipSpaces();
        if (peek() == ',') {
            position++;
            if (findText(false)) {
                throw broken("it has two fields `text`");
            }
        } else {
            expect('}');
        }
        skipSpaces();
        if (peek() >= 0 && peek() != '\n') {
            throw broken("something follows the object; one line holds one object");
        }
        insideDocument = false;
    }

    /** Reads fields up to the text inside its quotes (true) or past the end of the object (false). */
    private boolean findText(boolean mayBeEmpty) {
        skipSpaces();
        if (mayBeEmpty && peek() == '}') {
            position++;
            return false;
        }
        while (true) {
            skipSpaces();
            boolean isText = readFieldName();
            skipSpaces();
            expect(':');
            skipSpaces();
            if (isText) {
                if (peek() != '"') {
                    throw broken("its field `text` is not a string");
                }
                position++;
                return true;
            }
            skipValue(1);
            skipSpaces();
            if (peek() != ',') {
                expect('}');
                return false;
            }
            position++;
        }
    }

    /** The next passage of the text; null behind its closing quote. */
    private String readText() {
        while (insideText) {
            if (buffer.isFull()) {
                return buffer.cut();
            }
            if (peek() == '"') {
                position++;
                appendLoneSurrogate();
                insideText = false;
            } else {
                int escapedFrom = peek();
                append(readStringChar(), escapedFrom == '\\');
            }
        }
        return buffer.isEmpty() ? null : buffer.takeAll();
    }

    /** Only an escaped surrogate can be alone; a surrogate from UTF-8 is always half of a pair. */
    private void append(char c, boolean escaped) {
        if (highSurrogate != 0) {
            if (escaped && Character.isLowSurrogate(c)) {
                buffer.append(highSurrogate);
                buffer.append(c);
                highSurrogate = 0;
                return;
            }
            appendLoneSurrogate();
        }
        if (escaped && Character.isHighSurrogate(c)) {
            highSurrogate = c;
        } else if (escaped && Character.isLowSurrogate(c)) {
            highSurrogate = c;
            appendLoneSurrogate();
        } else {
            buffer.append(c);
        }
    }

    private void appendLoneSurrogate() {
        if (highSurrogate == 0) {
            return;
        }
        if (!replaceInvalid) {
            throw UserError.failed(
                    "%s: the escape \\u%04x is half a surrogate pair, which is no character; mend the file, or read it"
                            + " as U+FFFD with --replace-invalid-utf8",
                    source(), (int) highSurrogate);
        }
        highSurrogate = 0;
        buffer.append(REPLACEMENT);
    }

    /** Reads a string and tells whether it is the name of the field with the text. */
    private boolean readFieldName() {
        expect('"');
        int length = 0;
        boolean same = true;
        while (peek() != '"') {
            char c = readStringChar();
            same = same && length < FIELD.length() && FIELD.charAt(length) == c;
            length++;
            if (length > FIELD.length()) {
                length = FIELD.length() + 1;
            }
        }
        position++;
        return same && length == FIELD.length();
    }

    private void skipValue(int depth) {
        if (depth > MAX_DEPTH) {
            throw broken("it is nested deeper than " + MAX_DEPTH);
        }
        switch (peek()) {
            case '"' -> skipString();
            case '{' -> skipObject(depth);
            case '[' -> skipArray(depth);
            case 't' -> skipWord("true");
            case 'f' -> skipWord("false");
            case 'n' -> skipWord("null");
            case 'N' -> skipWord("NaN");
            case 'I' -> skipWord("Infinity");
            default -> skipNumber();
        }
    }

    private void skipObject(int depth) {
        expect('{');
        skipSpaces();
        if (peek() == '}') {
            position++;
            return;
        }
        while (true) {
            skipSpaces();
            skipString();
            skipSpaces();
            expect(':');
            skipSpaces();
            skipValue(depth + 1);
            skipSpaces();
            if (peek() != ',') {
                expect('}');
                return;
            }
            position++;
        }
    }

    private void skipArray(int depth) {
        expect('[');
        skipSpaces();
        if (peek() == ']') {
            position++;
            return;
        }
        while (true) {
            skipSpaces();
            skipValue(depth + 1);
            skipSpaces();
            if (peek() != ',') {
                expect(']');
                return;
            }
            position++;
        }
    }

    private void skipString() {
        expect('"');
        while (peek() != '"') {
            readStringChar();
        }
        position++;
    }

    private void skipWord(String word) {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
    }

    private void skipNumber() {
        if (peek() == '-') {
            position++;
            if (peek() == 'I') {
                skipWord("Infinity");
                return;
            }
        }
        if (peek() == '0') {
            position++;
        } else {
            skipDigits();
        }
        if (peek() == '.') {
            position++;
            skipDigits();
        }
        if (peek() == 'e' || peek() == 'E') {
            position++;
            if (peek() == '+' || peek() == '-') {
                position++;
            }
            skipDigits();
        }
    }

    private void skipDigits() {
        if (peek() < '0' || peek() > '9') {
            throw unexpected();
        }
        while (peek() >= '0' && peek() <= '9') {
            position++;
        }
    }

    /** One UTF-16 unit of a string, its escape undone. */
    private char readStringChar() {
        int c = peek();
        if (c < 0 || c == '\n') {
            throw broken("it ends inside a string");
        }
        if (c < ' ') {
            throw broken("a string has the control character 0x%02x unescaped".formatted(c));
        }
        position++;
        return c == '\\' ? readEscape() : (char) c;
    }

    private char readEscape() {
        int c = peek();
        if (c != 'u') {
            int known = "\"\\/bfnrt".indexOf(c);
            if (c < 0 || known < 0) {
                throw unexpected();
            }
            position++;
            return "\"\\/\b\f\n\r\t".charAt(known);
        }
        position++;
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0 || peek() > 'f') {
                throw unexpected();
            }
            position++;
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private void skipSpaces() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\r') {
            position++;
        }
    }

    private void expect(char c) {
        if (peek() != c) {
            throw unexpected();
        }
        position++;
    }

    /** The next UTF-16 unit, -1 at the end of the file. */
    private int peek() {
        if (position == limit) {
            int count = source.read(block, 0, block.length);
            if (count < 0) {
                return -1;
            }
            position = 0;
            limit = count;
        }
        return block[position];
    }

    private UserError unexpected() {
        int c = peek();
        if (c < 0 || c == '\n') {
            return broken("it ends too early");
        }
        String shown = c > ' ' && c < 0x7F ? "`" + (char) c + "`" : "U+%04X".formatted(c);
        return broken(shown + " is not expected there");
    }

    private UserError broken(String why) {
        return UserError.failed("%s: not a JSON object like {\"text\": \"...\"} on one line: %s", source(), why);
    }
}
