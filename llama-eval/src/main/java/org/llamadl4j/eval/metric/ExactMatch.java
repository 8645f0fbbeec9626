package org.llamadl4j.eval.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The harness's {@code exact_match}: an answer and a reference are equal when from both has been removed what does not
 * count.
 *
 * @param ignored what these match is removed first, one after another
 * @param ignoreCase whether upper and lower case are the same
 * @param ignorePunctuation whether ASCII punctuation is removed
 */
public record ExactMatch(List<Pattern> ignored, boolean ignoreCase, boolean ignorePunctuation) {

    private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");

    /** An exact match that removes what {@code regexes} match, and disregards case. */
    static ExactMatch ignoring(String... regexes) {
        return new ExactMatch(patterns(regexes), true, false);
    }

    /** An exact match that removes what {@code regexes} match, and disregards case and punctuation. */
    public static ExactMatch ignoringPunctuation(String... regexes) {
        return new ExactMatch(patterns(regexes), true, true);
    }

    /** Whether {@code answer} says what {@code reference} says. */
    public boolean matches(String answer, String reference) {
        return reduce(answer).equals(reduce(reference));
    }

    private static List<Pattern> patterns(String... regexes) {
        return Arrays.stream(regexes)
                .map(regex -> Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS))
                .toList();
    }

    private String reduce(String text) {
        String reduced = text;
        for (Pattern pattern : ignored) {
            reduced = pattern.matcher(reduced).replaceAll("");
        }
        if (ignoreCase) {
            reduced = reduced.toLowerCase(Locale.ROOT);
        }
        return ignorePunctuation ? PUNCTUATION.matcher(reduced).replaceAll("") : reduced;
    }
}
