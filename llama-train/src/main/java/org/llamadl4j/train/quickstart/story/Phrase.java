package org.llamadl4j.train.quickstart.story;

import java.util.List;

/**
 * One way to write a {@link Rule}.
 *
 * @param weight its probability among the phrases of its rule is proportional to this
 * @param parts what is written, in order
 * @param columns what it carries beside its text, a value for each column of its rule
 */
record Phrase(double weight, List<Part> parts, List<String> columns) {

    /** The column that stands for the text itself. */
    static final int TEXT = -1;

    /** The text of a phrase without choices, or one of its columns. */
    String value(int column) {
        if (column != TEXT) {
            return columns.get(column);
        }
        if (!isPlain()) {
            throw new IllegalStateException("this phrase has choices of its own: " + parts);
        }
        return ((Part.Literal) parts.get(0)).text();
    }

    /** Whether it is a text without choices, so that a variable may remember it. */
    boolean isPlain() {
        return parts.size() == 1 && parts.get(0) instanceof Part.Literal;
    }
}
