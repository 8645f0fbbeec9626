package org.llamadl4j.model.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** The methods of Python's strings that templates call. */
final class PythonStrings {

    private PythonStrings() {}

    /**
     * {@code text.name(arguments)}.
     *
     * @throws TemplateException if there is no such method
     */
    static Object call(String text, String name, List<?> arguments) {
        return switch (name) {
            case "strip" -> strip(text, characters(arguments), true, true);
            case "lstrip" -> strip(text, characters(arguments), true, false);
            case "rstrip" -> strip(text, characters(arguments), false, true);
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "capitalize" -> capitalize(text);
            case "title" -> title(text);
            case "startswith" -> prefixes(arguments).stream().anyMatch(text::startsWith);
            case "endswith" -> prefixes(arguments).stream().anyMatch(text::endsWith);
            case "removeprefix" -> {
                String prefix = string(arguments, 0);
                yield text.startsWith(prefix) ? text.substring(prefix.length()) : text;
            }
            case "removesuffix" -> {
                String suffix = string(arguments, 0);
                yield text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
            }
            case "replace" -> replace(text, arguments);
            case "split" -> split(text, arguments);
            case "splitlines" -> text.lines().toList();
            case "join" -> join(text, arguments);
            case "find" -> text.indexOf(string(arguments, 0));
            case "rfind" -> text.lastIndexOf(string(arguments, 0));
            case "count" -> count(text, string(arguments, 0));
            case "isdigit" -> !text.isEmpty() && text.chars().allMatch(Character::isDigit);
            case "isspace" -> !text.isEmpty() && text.chars().allMatch(c -> isSpace((char) c));
            default -> throw new TemplateException(0, "strings have no method '%s' here".formatted(name));
        };
    }

    /** What Python counts as white space. */
    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || c == '\u0085' || c == '\u00a0' || c == '\u2007' || c == '\u202f';
    }

    static String strip(String text) {
        return strip(text, Optional.empty(), true, true);
    }

    static String strip(String text, String characters) {
        return strip(text, Optional.of(characters), true, true);
    }

    static String stripTrailing(String text) {
        return strip(text, Optional.empty(), false, true);
    }

    private static String strip(String text, Optional<String> characters, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && isStripped(text.charAt(start), characters)) {
            start++;
        }
        while (right && end > start && isStripped(text.charAt(end - 1), characters)) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isStripped(char c, Optional<String> characters) {
        return characters.map(some -> some.indexOf(c) >= 0).orElseGet(() -> isSpace(c));
    }

    private static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return text.substring(0, first).toUpperCase(Locale.ROOT)
                + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String title(String text) {
        StringBuilder result = new StringBuilder(text.length());
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            result.append(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return result.toString();
    }

    private static String replace(String text, List<?> arguments) {
        String old = string(arguments, 0);
        String by = string(arguments, 1);
        int left = arguments.size() > 2 ? integer(arguments, 2) : -1;
        if (old.isEmpty()) {
            throw new TemplateException(0, "replace() of an empty string");
        }
        int found = count(text, old);
        TemplateLimits.checkLength(text.length() + (long) found * by.length());
        StringBuilder result = new StringBuilder();
        int start = 0;
        for (int at; left != 0 && (at = text.indexOf(old, start)) >= 0; left--) {
            result.append(text, start, at).append(by);
            start = at + old.length();
        }
        return result.append(text.substring(start)).toString();
    }

    private static List<String> split(String text, List<?> arguments) {
        int left = arguments.size() > 1 ? integer(arguments, 1) : -1;
        if (arguments.isEmpty() || arguments.get(0) == null) {
            return splitAtSpace(text, left);
        }
        String separator = string(arguments, 0);
        if (separator.isEmpty()) {
            throw new TemplateException(0, "split() at an empty string");
        }
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at; left != 0 && (at = text.indexOf(separator, start)) >= 0; left--) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static List<String> splitAtSpace(String text, int most) {
        List<String> parts = new ArrayList<>();
        int left = most;
        int start = 0;
        while (true) {
            while (start < text.length() && isSpace(text.charAt(start))) {
                start++;
            }
            if (start == text.length()) {
                return parts;
            }
            if (left-- == 0) {
                parts.add(stripTrailing(text.substring(start)));
                return parts;
            }
            int end = start;
            while (end < text.length() && !isSpace(text.charAt(end))) {
                end++;
            }
            parts.add(text.substring(start, end));
            start = end;
        }
    }

    private static String join(String separator, List<?> arguments) {
        if (arguments.isEmpty() || !(arguments.get(0) instanceof Collection<?> parts)) {
            throw new TemplateException(0, "join() needs a list");
        }
        StringBuilder joined = new StringBuilder();
        String between = "";
        for (Object part : parts) {
            joined.append(between).append(part);
            TemplateLimits.checkLength(joined.length());
            between = separator;
        }
        return joined.toString();
    }

    private static int count(String text, String wanted) {
        int count = 0;
        for (int at = wanted.isEmpty() ? -1 : text.indexOf(wanted);
                at >= 0;
                at = text.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }

    private static Optional<String> characters(List<?> arguments) {
        return arguments.isEmpty() || arguments.get(0) == null ? Optional.empty() : Optional.of(string(arguments, 0));
    }

    private static List<String> prefixes(List<?> arguments) {
        return !arguments.isEmpty() && arguments.get(0) instanceof Collection<?> several
                ? several.stream().map(Objects::toString).toList()
                : List.of(string(arguments, 0));
    }

    private static String string(List<?> arguments, int index) {
        if (index < arguments.size() && arguments.get(index) instanceof String text) {
            return text;
        }
        throw new TemplateException(0, "argument %d is not a string".formatted(index + 1));
    }

    private static int integer(List<?> arguments, int index) {
        if (arguments.get(index) instanceof Number number) {
            return number.intValue();
        }
        throw new TemplateException(0, "argument %d is not a number".formatted(index + 1));
    }
}
