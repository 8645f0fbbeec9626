package org.llamadl4j.train.quickstart.story;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Adds up, while a story is written or read, what each word of it costs to predict. */
final class InformationTally {

    private final Grammar grammar;
    private double nats;
    private double forgottenNats;

    /** For each variable what the sentence so far leaves possible; null before its first mention in it. */
    private final List<List<Phrase>> possible;

    InformationTally(Grammar grammar) {
        this.grammar = grammar;
        possible = new ArrayList<>(Collections.nCopies(grammar.variableCount(), null));
    }

    /** A choice was made that had this probability. */
    void chosen(double probability, int variable, Phrase phrase) {
        nats -= Math.log(probability);
        if (variable >= 0) {
            possible.set(variable, List.of(phrase));
        }
    }

    /** Something was repeated. Who forgot it has to guess, but not against what the same sentence said of it. */
    void recalled(Part.Recall recall, Phrase phrase) {
        List<Phrase> before = possible.get(recall.variable());
        if (before == null) {
            before = new ArrayList<>();
            for (Rule rule : grammar.sources(recall.variable())) {
                before.addAll(rule.getPhrases());
            }
        }
        String value = phrase.value(recall.column());
        List<Phrase> after = before.stream()
                .filter(other -> other.value(recall.column()).equals(value))
                .toList();
        forgottenNats -= Math.log(weight(after) / weight(before));
        possible.set(recall.variable(), after);
    }

    void sentenceEnded() {
        Collections.fill(possible, null);
    }

    double nats() {
        return nats;
    }

    double forgetfulNats() {
        return nats + forgottenNats;
    }

    private static double weight(List<Phrase> phrases) {
        return phrases.stream().mapToDouble(Phrase::weight).sum();
    }
}
