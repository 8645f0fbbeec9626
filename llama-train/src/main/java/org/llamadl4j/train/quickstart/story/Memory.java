package org.llamadl4j.train.quickstart.story;

/** What the variables of one story remember. */
final class Memory {

    private final Grammar grammar;
    private final Phrase[] phrases;

    Memory(Grammar grammar) {
        this.grammar = grammar;
        phrases = new Phrase[grammar.variableCount()];
    }

    void remember(int variable, Phrase phrase) {
        phrases[variable] = phrase;
    }

    Phrase recall(int variable) {
        if (phrases[variable] == null) {
            throw new IllegalStateException(grammar.variable(variable) + " is recalled before it is chosen");
        }
        return phrases[variable];
    }

    String text(Part.Recall recall) {
        return recall.of(recall(recall.variable()));
    }
}
