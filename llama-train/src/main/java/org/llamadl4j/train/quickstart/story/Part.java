package org.llamadl4j.train.quickstart.story;

/** A piece of a {@link Phrase}. */
sealed interface Part {

    /**
     * Text as it stands.
     *
     * @param text never empty
     * @param endsSentence whether a full stop and a space end it, so that the next word begins a sentence
     */
    record Literal(String text, boolean endsSentence) implements Part {}

    /**
     * A phrase of a rule, at random: {@code <variable=rule.column!different>}.
     *
     * @param rule where the phrase comes from
     * @param column which of the rule's columns is written; {@link Phrase#TEXT} for the phrase itself
     * @param variable remembers the phrase; -1 when nothing does
     * @param different the variable whose phrase is not taken again; -1 for none
     */
    record Choice(Rule rule, int column, int variable, int different) implements Part {}

    /**
     * What a variable remembers: <code>{variable.column}</code>. It follows from the text so far and costs nothing.
     *
     * @param capital whether the first letter is written as a capital
     */
    record Recall(int variable, int column, boolean capital) implements Part {

        /** What is written when {@code phrase} is what the variable remembers. */
        String of(Phrase phrase) {
            String text = phrase.value(column);
            return capital ? Character.toUpperCase(text.charAt(0)) + text.substring(1) : text;
        }
    }
}
