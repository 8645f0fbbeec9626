package org.llamadl4j.train.quickstart.story;

import java.util.ArrayList;
import java.util.List;

/** The phrases that may be written at one place of a story. */
final class Options {

    private final Part.Choice choice;
    private final Memory memory;
    private final List<Phrase> phrases;
    private final double totalWeight;

    Options(Part.Choice choice, Memory memory) {
        this.choice = choice;
        this.memory = memory;
        phrases = choice.different() < 0
                ? choice.rule().getPhrases()
                : allBut(memory.recall(choice.different()), choice.rule().getPhrases());
        totalWeight = phrases.stream().mapToDouble(Phrase::weight).sum();
    }

    private static List<Phrase> allBut(Phrase excluded, List<Phrase> phrases) {
        return phrases.stream().filter(phrase -> phrase != excluded).toList();
    }

    int size() {
        return phrases.size();
    }

    Phrase phrase(int index) {
        return phrases.get(index);
    }

    double probability(int index) {
        return phrases.get(index).weight() / totalWeight;
    }

    Rule rule() {
        return choice.rule();
    }

    /** The texts with which this option may begin, each up to its first choice, and none empty. */
    List<String> leads(int index) {
        List<String> leads = new ArrayList<>();
        addLeads(phrases.get(index), choice.column(), leads);
        return leads;
    }

    private void addLeads(Phrase phrase, int column, List<String> leads) {
        if (column != Phrase.TEXT) {
            leads.add(phrase.value(column));
            return;
        }
        StringBuilder lead = new StringBuilder();
        for (Part part : phrase.parts()) {
            if (part instanceof Part.Literal literal) {
                lead.append(literal.text());
            } else if (part instanceof Part.Recall recall) {
                lead.append(memory.text(recall));
            } else if (part instanceof Part.Choice inner) {
                if (lead.isEmpty()) {
                    Options options = new Options(inner, memory);
                    options.phrases.forEach(first -> options.addLeads(first, inner.column(), leads));
                    return;
                }
                break;
            }
        }
        leads.add(lead.toString());
    }
}
