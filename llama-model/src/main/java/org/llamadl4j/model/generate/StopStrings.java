package org.llamadl4j.model.generate;

import java.util.List;
import lombok.RequiredArgsConstructor;

/**
 * Ends a text that arrives in pieces before the first of several strings. What may be the beginning of one is held back
 * until it is certain that it is not.
 */
@RequiredArgsConstructor
final class StopStrings {

    private final List<String> strings;
    private String held = "";
    private boolean found;

    /** Takes the next piece; the part of the text that is certain now. */
    String append(String piece) {
        if (strings.isEmpty()) {
            return piece;
        }
        String text = held + piece;
        int end = firstMatch(text);
        if (end >= 0) {
            found = true;
            held = "";
            return text.substring(0, end);
        }
        int certain = text.length() - possibleBeginning(text);
        held = text.substring(certain);
        return text.substring(0, certain);
    }

    /** What was held back, at the end of the text. */
    String finish() {
        String rest = held;
        held = "";
        return rest;
    }

    /** Whether the text has ended; nothing is appended after that. */
    boolean found() {
        return found;
    }

    private int firstMatch(String text) {
        int first = -1;
        for (String string : strings) {
            int index = text.indexOf(string);
            if (index >= 0 && (first < 0 || index < first)) {
                first = index;
            }
        }
        return first;
    }

    /** Length of the longest end of {@code text} that begins one of the strings. */
    private int possibleBeginning(String text) {
        int longest = 0;
        for (String string : strings) {
            for (int length = Math.min(string.length() - 1, text.length()); length > longest; length--) {
                if (text.startsWith(string.substring(0, length), text.length() - length)) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
