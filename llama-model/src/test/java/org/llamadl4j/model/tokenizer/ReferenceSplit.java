package org.llamadl4j.model.tokenizer;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The expression of Llama 3 in the dialect of Java, whose \s is ASCII unless told otherwise. */
final class ReferenceSplit {

    private static final String SPACE = "\\p{IsWhite_Space}";

    static final Pattern PATTERN = Pattern.compile(
            "(?iu:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^S\\p{L}\\p{N}]+[\\r\\n]*|S*[\\r\\n]+|S+(?![^S])|S+"
                    .replace("[^S", "[^" + SPACE)
                    .replace("|S", "|" + SPACE));

    private ReferenceSplit() {}

    static List<String> words(String text) {
        return PATTERN.matcher(text).results().map(MatchResult::group).toList();
    }
}
