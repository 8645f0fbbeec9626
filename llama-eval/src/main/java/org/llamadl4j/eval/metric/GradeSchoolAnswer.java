package org.llamadl4j.eval.metric;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lombok.experimental.UtilityClass;

/** What number a worked answer to a GSM8K question comes to. */
@UtilityClass
public class GradeSchoolAnswer {

    /** What the harness calls an answer without a number. */
    public static final String INVALID = "[invalid]";

    private static final String MARK = "####";

    /** 1,234 is one number, 1,23 are two; a minus after a digit or bracket subtracts. */
    private static final Pattern NUMBER = Pattern.compile(
            "((?<![\\d)])[-\u2212])?\\$?((?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?|(?<!\\d)\\.\\d+)");

    private static final Pattern STRICT = Pattern.compile("#### (-?[0-9.,]+)");
    private static final Pattern FLEXIBLE = Pattern.compile("(-?[$0-9.,]{2,})|(-?[0-9]+)");
    private static final ExactMatch HARNESS = ExactMatch.ignoring(",", "\\$", "(?s).*#### ", "\\.$");

    /** Whether {@code answer} says its number behind {@code ####}, as right answers do. */
    public boolean isMarked(String answer) {
        return !strict(answer).equals(INVALID);
    }

    /** The number behind the first {@code ####} that has one, else the last number of {@code text}. */
    public Optional<BigDecimal> number(String text) {
        for (int mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, mark + 1)) {
            int lineEnd = text.indexOf('\n', mark);
            Matcher number =
                    NUMBER.matcher(text.substring(mark + MARK.length(), lineEnd < 0 ? text.length() : lineEnd));
            if (number.find()) {
                return Optional.of(value(number));
            }
        }
        Optional<BigDecimal> last = Optional.empty();
        for (Matcher number = NUMBER.matcher(text); number.find(); ) {
            last = Optional.of(value(number));
        }
        return last;
    }

    /** The harness's {@code strict-match}: what stands behind the first {@code ####}, else {@link #INVALID}. */
    public String strict(String text) {
        Matcher matcher = STRICT.matcher(text);
        return matcher.find() ? matcher.group(1) : INVALID;
    }

    /** The harness's {@code flexible-extract}: the last that looks like a number, else {@link #INVALID}. */
    public String flexible(String text) {
        String last = INVALID;
        for (Matcher matcher = FLEXIBLE.matcher(text); matcher.find(); ) {
            last = matcher.group().strip();
        }
        return last;
    }

    /** Whether the harness takes {@code extracted} for the number of the worked answer {@code reference}. */
    public boolean harnessMatches(String extracted, String reference) {
        return HARNESS.matches(extracted, reference);
    }

    private static BigDecimal value(Matcher number) {
        BigDecimal value = new BigDecimal(number.group(2).replace(",", ""));
        return number.group(1) == null ? value : value.negate();
    }
}
