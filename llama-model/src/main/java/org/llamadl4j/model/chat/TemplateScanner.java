package org.llamadl4j.model.chat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a Jinja template at its tags, and leaves the white space around them that Jinja2 leaves with {@code trim_blocks} and
 * {@code lstrip_blocks}: after a tag or comment one line break goes, before one that begins its line the indentation, and
 * beside a minus sign all white space. Comments and {@code raw} are resolved.
 */
final class TemplateScanner {

    enum Kind {
        /** Is copied as it stands. */
        TEXT,
        /** What stands between double braces. */
        EXPRESSION,
        /** What stands between brace and percent sign. */
        TAG
    }

    /**
     * One piece.
     *
     * @param content without the delimiters
     * @param line where it begins, from 1
     */
    record Piece(Kind kind, String content, int line) {}

    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-?)%}");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%}");

    private final String source;
    private final List<Piece> pieces = new ArrayList<>();
    private int position;
    /** The line of the last piece, and where that piece begins. */
    private int knownLine = 1;

    private int knownStart;

    private TemplateScanner(String source) {
        this.source = source;
    }

    /** @throws TemplateException if a tag does not end */
    static List<Piece> scan(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        TemplateScanner scanner = new TemplateScanner(source);
        scanner.scan();
        return scanner.pieces;
    }

    private void scan() {
        while (position < source.length()) {
            int open = opening(position);
            if (open < 0) {
                add(Kind.TEXT, source.substring(position), position);
                return;
            }
            char kind = source.charAt(open + 1);
            addTextBefore(open, signAt(open + 2), kind != '{');
            Matcher raw = RAW.matcher(source).region(open, source.length());
            if (kind == '#') {
                int end = source.indexOf("#}", open + 2);
                if (end < 0) {
                    throw new TemplateException(line(open), "a comment does not end");
                }
                goBehind(end + 2, end > open + 2 ? source.charAt(end - 1) : ' ', true);
            } else if (kind == '%' && raw.lookingAt()) {
                goBehind(raw.end(), raw.group(1).isEmpty() ? ' ' : '-', false);
                addRaw(open);
            } else {
                addTag(open, kind);
            }
        }
    }

    private void addRaw(int open) {
        Matcher endRaw = END_RAW.matcher(source);
        if (!endRaw.find(position)) {
            throw new TemplateException(line(open), "{% raw %} without {% endraw %}");
        }
        addTextBefore(endRaw.start(), sign(endRaw.group(1)), true);
        goBehind(endRaw.end(), sign(endRaw.group(2)), true);
    }

    private void addTag(int open, char kind) {
        int start = open + 2;
        if (start < source.length() && isSign(source.charAt(start))) {
            start++;
        }
        int end = closing(start, kind == '{' ? '}' : '%');
        if (end < 0) {
            throw new TemplateException(
                    line(open), (kind == '{' ? "an expression" : "a tag") + " does not end: " + excerpt(open));
        }
        char sign = source.charAt(end - 1);
        boolean signed = end > start && (sign == '-' || kind == '%' && sign == '+');
        String content = source.substring(start, signed ? end - 1 : end);
        add(kind == '{' ? Kind.EXPRESSION : Kind.TAG, content, open);
        goBehind(end + 2, signed ? sign : ' ', kind == '%');
    }

    /** Where the next tag, expression or comment begins; -1 for none. */
    private int opening(int from) {
        for (int i = source.indexOf('{', from); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    /** Where the two closing characters stand that are inside of no string and no bracket; -1 for nowhere. */
    private int closing(int from, char first) {
        Deque<Character> brackets = new ArrayDeque<>();
        for (int i = from; i + 1 < source.length(); i++) {
            char c = source.charAt(i);
            if (brackets.isEmpty() && c == first && source.charAt(i + 1) == '}') {
                return i;
            }
            switch (c) {
                case '\'', '"' -> {
                    i = endOfString(i);
                    if (i < 0) {
                        return -1;
                    }
                }
                case '(', '[', '{' -> brackets.push(c);
                case ')', ']', '}' -> brackets.poll();
                default -> {}
            }
        }
        return -1;
    }

    /** The index of the quote that ends the string which begins at {@code start}; -1 for none. */
    private int endOfString(int start) {
        char quote = source.charAt(start);
        for (int i = start + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == quote) {
                return i;
            }
        }
        return -1;
    }

    /** The text from here to a tag, less what the tag takes of it. */
    private void addTextBefore(int open, char sign, boolean takesIndentation) {
        String text = source.substring(position, open);
        if (sign == '-') {
            text = PythonStrings.stripTrailing(text);
        } else if (sign != '+' && takesIndentation) {
            int lineStart = text.lastIndexOf('\n') + 1;
            boolean begins = lineStart > 0 || position == 0 || source.charAt(position - 1) == '\n';
            if (begins && text.substring(lineStart).chars().allMatch(c -> c == ' ' || c == '\t')) {
                text = text.substring(0, lineStart);
            }
        }
        add(Kind.TEXT, text, position);
    }

    /** Goes on after a tag that ends at {@code end}, less what it takes of the text behind it. */
    private void goBehind(int end, char sign, boolean takesLineBreak) {
        position = end;
        if (sign == '-') {
            while (position < source.length() && PythonStrings.isSpace(source.charAt(position))) {
                position++;
            }
        } else if (sign != '+' && takesLineBreak && position < source.length() && source.charAt(position) == '\n') {
            position++;
        }
    }

    private void add(Kind kind, String content, int start) {
        if (kind == Kind.TEXT && content.isEmpty()) {
            return;
        }
        Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
        if (kind == Kind.TEXT && last != null && last.kind() == Kind.TEXT) {
            pieces.set(pieces.size() - 1, new Piece(kind, last.content() + content, last.line()));
        } else {
            pieces.add(new Piece(kind, content, line(start)));
        }
    }

    private char signAt(int index) {
        return index < source.length() && isSign(source.charAt(index)) ? source.charAt(index) : ' ';
    }

    private static char sign(String group) {
        return group.isEmpty() ? ' ' : group.charAt(0);
    }

    private static boolean isSign(char c) {
        return c == '-' || c == '+';
    }

    /** The line of {@code index}, which never lies before an index that was asked for earlier. */
    private int line(int index) {
        for (; knownStart < index; knownStart++) {
            if (source.charAt(knownStart) == '\n') {
                knownLine++;
            }
        }
        return knownLine;
    }

    private String excerpt(int start) {
        return source.substring(start, Math.min(source.length(), start + 40)).replace('\n', ' ');
    }
}
