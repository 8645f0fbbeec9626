package org.llamadl4j.model.tokenizer;

/**
 * Cuts text into the words inside which byte-level BPE merges, as this expression of Llama 3 does, whose first
 * alternative that matches counts:
 *
 * <pre>{@code
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * }</pre>
 *
 * <p>It is written out by hand, since java.util.regex would be slow, would not say where text that is still to come
 * could change a word, and would overflow the stack on long ones. Which characters are letters and numbers is said by
 * the Unicode version of the Java platform.
 */
final class SplitPattern {

    /** The expression as files write it. */
    static final String LLAMA3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** What {@link #wordEnd} gives where the text must go on before the answer is certain. */
    static final int UNDECIDED = -1;

    private static final byte LETTER = 0;
    private static final byte NUMBER = 1;
    private static final byte LINE_BREAK = 2;
    private static final byte SPACE = 3;
    private static final byte OTHER = 4;

    /** Of a place behind the text. */
    private static final byte END = 5;

    private static final int MOST_DIGITS = 3;

    /** Class of each UTF-16 unit that is a character. */
    private static final byte[] CLASSES = new byte[Character.MAX_VALUE + 1];

    static {
        for (int c = 0; c < CLASSES.length; c++) {
            CLASSES[c] = classOf(c);
        }
    }

    private SplitPattern() {}

    private static byte classOf(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> SPACE;
            default ->
                codePoint == '\r' || codePoint == '\n'
                        ? LINE_BREAK
                        : codePoint >= '\t' && codePoint <= '\r' || codePoint == 0x85 ? SPACE : OTHER;
        };
    }

    /**
     * Where the word that begins at {@code start} ends, or {@link #UNDECIDED}.
     *
     * @param text without unpaired surrogates
     * @param end behind {@code start}; not inside a surrogate pair
     * @param last whether the text ends at {@code end}
     */
    static int wordEnd(char[] text, int start, int end, boolean last) {
        char first = text[start];
        if (first == '\'') {
            int contraction = contraction(text, start, end);
            if (contraction == UNDECIDED && !last) {
                return UNDECIDED;
            }
            if (contraction > 0) {
                return start + contraction;
            }
        }
        byte kind = classAt(text, start, end);
        int next = start + charCount(first);
        if (kind == LETTER) {
            return decided(skip(text, next, end, LETTER), end, last);
        }
        if (kind == NUMBER) {
            return digits(text, next, end, last);
        }
        byte nextKind = classAt(text, next, end);
        if (nextKind == END && !last) {
            return UNDECIDED;
        }
        if (nextKind == LETTER && kind != LINE_BREAK) {
            return decided(skip(text, next, end, LETTER), end, last);
        }
        if (kind == OTHER || first == ' ' && nextKind == OTHER) {
            int others = skip(text, next, end, OTHER);
            return decided(skip(text, others, end, LINE_BREAK), end, last);
        }
        return spaces(text, start, end, last);
    }

    private static int decided(int wordEnd, int end, boolean last) {
        return wordEnd < end || last ? wordEnd : UNDECIDED;
    }

    private static int digits(char[] text, int from, int end, boolean last) {
        int at = from;
        for (int digits = 1; digits < MOST_DIGITS; digits++) {
            byte kind = classAt(text, at, end);
            if (kind == END && !last) {
                return UNDECIDED;
            }
            if (kind != NUMBER) {
                return at;
            }
            at += charCount(text[at]);
        }
        return at;
    }

    /** Up to the last line break of the spaces; where there is none, all but the last space, which the next word has. */
    private static int spaces(char[] text, int start, int end, boolean last) {
        int lineEnd = start;
        int at = start;
        for (; at < end && (CLASSES[text[at]] == SPACE || CLASSES[text[at]] == LINE_BREAK); at++) {
            if (CLASSES[text[at]] == LINE_BREAK) {
                lineEnd = at + 1;
            }
        }
        if (at == end && !last) {
            return UNDECIDED;
        }
        if (lineEnd > start) {
            return lineEnd;
        }
        return at == end || at == start + 1 ? at : at - 1;
    }

    /** The length of 's, 't, 're, 've, 'm, 'll or 'd, or 0, or {@link #UNDECIDED} at the end of the text. */
    private static int contraction(char[] text, int start, int end) {
        if (start + 1 == end) {
            return UNDECIDED;
        }
        switch (text[start + 1]) {
            // The long s is a lower-case letter of S, too.
            case 's', 'S', '\u017F', 't', 'T', 'm', 'M', 'd', 'D' -> {
                return 2;
            }
            case 'r', 'R', 'v', 'V' -> {
                return contraction(text, start, end, 'e');
            }
            case 'l', 'L' -> {
                return contraction(text, start, end, 'l');
            }
            default -> {
                return 0;
            }
        }
    }

    private static int contraction(char[] text, int start, int end, char last) {
        if (start + 2 == end) {
            return UNDECIDED;
        }
        char c = text[start + 2];
        return c == last || c == Character.toUpperCase(last) ? 3 : 0;
    }

    private static int skip(char[] text, int from, int end, byte kind) {
        int at = from;
        while (at < end && classAt(text, at, end) == kind) {
            at += charCount(text[at]);
        }
        return at;
    }

    private static int charCount(char first) {
        return Character.isHighSurrogate(first) ? 2 : 1;
    }

    private static byte classAt(char[] text, int at, int end) {
        if (at >= end) {
            return END;
        }
        char c = text[at];
        return Character.isHighSurrogate(c) ? classOf(Character.toCodePoint(c, text[at + 1])) : CLASSES[c];
    }
}
