package org.llamadl4j.model.chat;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts what {@code not} denies into brackets. In Python it denies a whole comparison or test, in Jinjava the value beside it:
 * {@code not x is defined}, {@code not a == b}.
 */
final class Negations {

    private static final int DEEPEST = 50;

    private static final Pattern WORD = Pattern.compile("[\\w.]+");

    /** Words that end what {@code not} denies. */
    private static final Set<String> WEAKER = Set.of("and", "or", "if", "else");

    private Negations() {}

    /** {@code code}, in which all strings are names. */
    static String bracket(String code) {
        return bracket(code, 0);
    }

    private static String bracket(String code, int depth) {
        if (!code.contains("not")) {
            return code;
        }
        if (depth > DEEPEST) {
            throw new TemplateException(0, "'not' is nested too deeply");
        }
        StringBuilder out = new StringBuilder();
        Matcher word = WORD.matcher(code);
        String previous = "";
        int copied = 0;
        while (copied < code.length() && word.find(copied)) {
            boolean denies = word.group().equals("not")
                    && !previous.equals("is")
                    && !code.startsWith("in ", afterSpace(code, word.end()));
            out.append(code, copied, word.end());
            copied = word.end();
            previous = word.group();
            if (denies) {
                int end = end(code, copied);
                out.append(" (")
                        .append(bracket(code.substring(copied, end).strip(), depth + 1))
                        .append(") ");
                copied = end;
            }
        }
        return out.append(code, copied, code.length()).toString();
    }

    /** Where the operand that begins at {@code start} ends. */
    private static int end(String code, int start) {
        int depth = 0;
        Matcher word = WORD.matcher(code);
        int i = start;
        while (i < code.length()) {
            char c = code.charAt(i);
            if ("([{".indexOf(c) >= 0) {
                depth++;
            } else if (")]}".indexOf(c) >= 0) {
                if (depth-- == 0) {
                    return i;
                }
            } else if (depth == 0 && (c == ',' || c == ':')) {
                return i;
            } else if (word.region(i, code.length()).lookingAt()) {
                if (depth == 0 && WEAKER.contains(word.group())) {
                    return i;
                }
                i = word.end();
                continue;
            }
            i++;
        }
        return i;
    }

    private static int afterSpace(String code, int from) {
        int i = from;
        while (i < code.length() && code.charAt(i) == ' ') {
            i++;
        }
        return i;
    }
}
