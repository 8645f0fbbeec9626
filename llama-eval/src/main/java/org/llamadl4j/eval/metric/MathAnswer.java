package org.llamadl4j.eval.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lombok.experimental.UtilityClass;

/**
 * The final answer of a worked answer to a MATH question, and whether two of them are the same. Answers are brought to one
 * form by the steps of Lewkowycz et al. (2022, appendix D): the last side of an equation, without words for units, without
 * dollars, boxes and fonts, with whole fractions and roots. Then they are the same if their texts are, or their values
 * ({@link MathExpression}), or those of all their parts, if they are tuples, intervals, lists or sets.
 */
@UtilityClass
public class MathAnswer {

    private static final Pattern SENTENCE =
            Pattern.compile("Final Answer: The final answer is(.*?). I hope it is correct.", Pattern.UNIX_LINES);

    private static final String SENTENCE_END = "I hope it is correct.";

    /** Replaced first, in this order. */
    private static final List<String[]> REPLACED = pairs(
            "an ", "",
            "a ", "",
            ".$", "$",
            "\\$", "",
            "\\ ", "",
            " ", "",
            "mbox", "text",
            ",\\text{and}", ",",
            "\\text{and}", ",",
            "\\text{m}", "\\text{}");

    /** Words that do not count, in the order in which they are removed. */
    private static final List<String> REMOVED = Stream.concat(
                    Stream.of(
                            ("square ways integers dollars mph inches ft hours km units \\ldots sue points feet minutes"
                                            + " digits cents degrees cm gm pounds meters meals edges students childrentickets"
                                            + " multiples")
                                    .split(" ")),
                    Stream.of(
                            "\\text{s}",
                            "\\text{.}",
                            "\\text{\ns}",
                            "\\text{}^2",
                            "\\text{}^3",
                            "\\text{\n}",
                            "\\text{}",
                            "\\mathrm{th}",
                            "^\\circ",
                            "^{\\circ}",
                            "\\;",
                            ",\\!",
                            "{,}",
                            "\"",
                            "\\dots"))
            .toList();

    private static final Pattern IN_DOLLARS = Pattern.compile(".*?\\$(.*?)\\$.*", Pattern.UNIX_LINES);
    private static final Pattern FONT = Pattern.compile("\\\\(?:text|textbf|overline)\\{(.*?)}", Pattern.UNIX_LINES);
    private static final Pattern BOX = Pattern.compile("\\\\boxed\\{(.*)}", Pattern.UNIX_LINES);
    private static final Pattern SHORT_FRACTION = Pattern.compile("frac([^{])(.)", Pattern.UNIX_LINES);
    private static final Pattern SHORT_ROOT = Pattern.compile("sqrt([^{\\[])");
    private static final Pattern THOUSANDS = Pattern.compile("-?\\d{1,3}(,\\d{3})+(\\.\\d+)?");

    /** Sizes of brackets, spaces and percent signs, which go before all else: {@code \left} ends in feet. */
    private static final Pattern SPACING =
            Pattern.compile("\\\\left(?![a-zA-Z])|\\\\right(?![a-zA-Z])|\\\\[!,:;]|\\\\?%");

    /** The answer in the sentence with which a Minerva prompt lets answers end; empty if it is not there. */
    public Optional<String> inSentence(String generated) {
        // As if the sentence had been finished, where the text was cut before its end.
        Matcher sentence = SENTENCE.matcher(generated + SENTENCE_END);
        return sentence.find() ? Optional.of(sentence.group(1).strip()) : Optional.empty();
    }

    /** What stands in the last {@code \boxed} (or {@code \fbox}); empty if there is none or it is not closed. */
    public Optional<String> boxed(String solution) {
        int start = solution.lastIndexOf("\\boxed");
        if (start < 0) {
            start = solution.lastIndexOf("\\fbox");
        }
        if (start < 0) {
            return Optional.empty();
        }
        int open = start + 1;
        while (open < solution.length() && Character.isLetter(solution.charAt(open))) {
            open++;
        }
        if (open < solution.length() && solution.charAt(open) == ' ') {
            int end = solution.indexOf('$', open);
            return Optional.of(solution.substring(open + 1, end < 0 ? solution.length() : end));
        }
        int depth = 0;
        for (int i = open; i < solution.length(); i++) {
            char c = solution.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return i == open ? Optional.empty() : Optional.of(solution.substring(open + 1, i));
            }
        }
        return Optional.empty();
    }

    /** The answer in the sentence, else the one in the box. */
    public Optional<String> inSentenceOrBox(String generated) {
        return inSentence(generated).or(() -> boxed(generated));
    }

    /** Whether both are the same answer. Nothing is no answer. */
    public boolean equivalent(String a, String b) {
        String normalisedA = normalise(a);
        String normalisedB = normalise(b);
        return !normalisedA.isEmpty() && (normalisedA.equals(normalisedB) || sameParts(normalisedA, normalisedB));
    }

    /** {@code answer} in the one form. */
    public String normalise(String answer) {
        String text =
                SPACING.matcher(answer.substring(answer.lastIndexOf('=') + 1)).replaceAll("");
        for (String[] pair : REPLACED) {
            text = text.replace(pair[0], pair[1]);
        }
        for (String word : REMOVED) {
            text = text.replace(word, "");
        }
        text = IN_DOLLARS.matcher(text).replaceAll(found -> Matcher.quoteReplacement("$" + found.group(1) + "$"));
        text = FONT.matcher(text).replaceAll("$1");
        text = BOX.matcher(text).replaceAll("$1");
        text = SHORT_FRACTION.matcher(text).replaceAll("frac{$1}{$2}");
        text = SHORT_ROOT.matcher(text).replaceAll("sqrt{$1}");
        text = text.replace("$", "");
        text = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return THOUSANDS.matcher(text).matches() ? text.replace(",", "") : text;
    }

    private static boolean sameParts(String a, String b) {
        Parts partsOfA = Parts.of(a);
        Parts partsOfB = Parts.of(b);
        if (partsOfA.parts().size() == 1 && partsOfB.parts().size() == 1) {
            return MathExpression.sameValue(a, b);
        }
        return partsOfA.same(partsOfB);
    }

    private static List<String[]> pairs(String... texts) {
        List<String[]> pairs = new ArrayList<>();
        for (int i = 0; i < texts.length; i += 2) {
            pairs.add(new String[] {texts[i], texts[i + 1]});
        }
        return pairs;
    }

    /**
     * What stands between the commas of a tuple, interval, list or set.
     *
     * @param open the bracket before; nothing if there is none
     * @param close the bracket after
     */
    private record Parts(String open, List<String> parts, String close) {

        private static final List<String> OPENING = List.of("\\{", "(", "[");
        private static final List<String> CLOSING = List.of("\\}", ")", "]");

        static Parts of(String text) {
            String open = OPENING.stream().filter(text::startsWith).findFirst().orElse("");
            String close = CLOSING.stream().filter(text::endsWith).findFirst().orElse("");
            if (!open.isEmpty() && !close.isEmpty() && text.length() >= open.length() + close.length()) {
                List<String> parts = split(text.substring(open.length(), text.length() - close.length()));
                if (parts.size() > 1) {
                    return new Parts(open, parts, close);
                }
            }
            List<String> parts = split(text);
            return parts.isEmpty() ? new Parts("", List.of(text), "") : new Parts("", parts, "");
        }

        /** At the commas outside brackets; nothing if the brackets do not match. */
        private static List<String> split(String text) {
            List<String> parts = new ArrayList<>();
            int depth = 0;
            int start = 0;
            for (int i = 0; i < text.length() && depth >= 0; i++) {
                char c = text.charAt(i);
                if ("([{".indexOf(c) >= 0) {
                    depth++;
                } else if (")]}".indexOf(c) >= 0) {
                    depth--;
                } else if (c == ',' && depth == 0) {
                    parts.add(text.substring(start, i));
                    start = i + 1;
                }
            }
            parts.add(text.substring(start));
            return depth == 0 ? parts : List.of();
        }

        boolean same(Parts other) {
            if (!open.equals(other.open) || !close.equals(other.close) || parts.size() != other.parts.size()) {
                return false;
            }
            List<String> left = new ArrayList<>(other.parts);
            for (String part : parts) {
                // A set has no order.
                int candidates = open.equals("\\{") ? left.size() : 1;
                int found = 0;
                while (found < candidates && !samePart(part, left.get(found))) {
                    found++;
                }
                if (found == candidates) {
                    return false;
                }
                left.remove(found);
            }
            return true;
        }

        private static boolean samePart(String a, String b) {
            return a.equals(b) || !a.isEmpty() && MathExpression.sameValue(a, b);
        }
    }
}
