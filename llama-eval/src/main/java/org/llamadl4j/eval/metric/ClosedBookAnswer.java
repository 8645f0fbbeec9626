package org.llamadl4j.eval.metric;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lombok.experimental.UtilityClass;

/** The paper's exact match for questions that are answered from memory, NaturalQuestions and TriviaQA. */
@UtilityClass
public class ClosedBookAnswer {

    /**
     * A dot or comma is final where white space or the end of the text follows; a comma inside a number is not, nor the
     * dot of an initial, such as those of J. K. Rowling.
     */
    private static final Pattern END =
            Pattern.compile("\\R|,(?=\\s|$)|(?<![^\\p{L}\\p{N}]\\p{L})(?<!^\\p{L})\\.(?=\\s|$)");

    private static final Pattern ARTICLE = Pattern.compile("\\b(a|an|the)\\b", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    /** What of {@code generated} is the answer: up to the first line break, final dot or comma, without space around. */
    public String cut(String generated) {
        Matcher end = END.matcher(generated);
        return (end.find() ? generated.substring(0, end.start()) : generated).strip();
    }

    /** {@code answer} in lower case, without articles, punctuation and repeated spaces. */
    public String normalise(String answer) {
        StringBuilder kept = new StringBuilder(answer.length());
        answer.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(c -> !isPunctuation(c))
                .forEach(kept::appendCodePoint);
        String withoutArticles = ARTICLE.matcher(kept).replaceAll(" ");
        return SPACE.matcher(withoutArticles).replaceAll(" ").strip();
    }

    /** Whether both say the same after {@link #normalise}. What is nothing then is no answer. */
    public boolean matches(String answer, String reference) {
        String normalised = normalise(answer);
        return !normalised.isEmpty() && normalised.equals(normalise(reference));
    }

    /** Punctuation of ASCII, as it is always counted, and of every script. */
    private static boolean isPunctuation(int c) {
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            case Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL -> c < 0x80 || c == '´';
            default -> false;
        };
    }
}
