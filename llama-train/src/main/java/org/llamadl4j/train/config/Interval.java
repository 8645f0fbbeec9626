package org.llamadl4j.train.config;

import java.util.Locale;

/**
 * A range of numbers.
 *
 * @param low its lower end
 * @param lowIncluded whether {@code low} belongs to it
 * @param high its upper end
 * @param highIncluded whether {@code high} belongs to it
 */
record Interval(double low, boolean lowIncluded, double high, boolean highIncluded) {

    /** Reads interval notation: {@code "[1, inf)"}, {@code "(0, 1]"}. */
    static Interval parse(String notation) {
        String[] ends = notation.substring(1, notation.length() - 1).split(",");
        return new Interval(end(ends[0]), notation.startsWith("["), end(ends[1]), notation.endsWith("]"));
    }

    boolean contains(double value) {
        return (value > low || lowIncluded && value == low) && (value < high || highIncluded && value == high);
    }

    /** In words: {@code at least 0 and less than 1}; empty where every number belongs to it. */
    String words() {
        String lower = low == Double.NEGATIVE_INFINITY ? "" : (lowIncluded ? "at least " : "more than ") + plain(low);
        String upper = high == Double.POSITIVE_INFINITY ? "" : (highIncluded ? "at most " : "less than ") + plain(high);
        return lower.isEmpty() || upper.isEmpty() ? lower + upper : lower + " and " + upper;
    }

    private static double end(String text) {
        return switch (text.strip()) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text.strip());
        };
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(value);
    }
}
