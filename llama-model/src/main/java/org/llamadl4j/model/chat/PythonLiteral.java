package org.llamadl4j.model.chat;

/** String literals as Python reads them. */
final class PythonLiteral {

    private PythonLiteral() {}

    /**
     * Appends the value of the literal whose opening quote stands at {@code start}; the index behind its closing quote,
     * which is there.
     */
    static int read(String source, int start, StringBuilder value) {
        char quote = source.charAt(start);
        int i = start + 1;
        while (source.charAt(i) != quote) {
            if (source.charAt(i) == '\\') {
                i = readEscape(source, i + 1, value);
            } else {
                value.append(source.charAt(i++));
            }
        }
        return i + 1;
    }

    /** The escape whose letter stands at {@code at}; an unknown one keeps its backslash. */
    private static int readEscape(String source, int at, StringBuilder value) {
        char letter = source.charAt(at);
        switch (letter) {
            case '\n' -> {}
            case '\\', '\'', '"' -> value.append(letter);
            case 'a' -> value.append('\u0007');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'v' -> value.append('\u000b');
            case 'x' -> {
                return readHexadecimal(source, at + 1, 2, value);
            }
            case 'u' -> {
                return readHexadecimal(source, at + 1, 4, value);
            }
            case 'U' -> {
                return readHexadecimal(source, at + 1, 8, value);
            }
            default -> {
                if (letter < '0' || letter > '7') {
                    value.append('\\').append(letter);
                } else {
                    return readOctal(source, at, value);
                }
            }
        }
        return at + 1;
    }

    private static int readHexadecimal(String source, int start, int digits, StringBuilder value) {
        try {
            int codePoint = Integer.parseUnsignedInt(source, start, Math.min(source.length(), start + digits), 16);
            value.appendCodePoint(codePoint);
            return start + digits;
        } catch (IllegalArgumentException e) {
            throw new TemplateException(0, "an escape in a string needs %d hexadecimal digits".formatted(digits));
        }
    }

    private static int readOctal(String source, int start, StringBuilder value) {
        int end = start;
        while (end < start + 3 && source.charAt(end) >= '0' && source.charAt(end) <= '7') {
            end++;
        }
        value.append((char) Integer.parseInt(source, start, end, 8));
        return end;
    }
}
