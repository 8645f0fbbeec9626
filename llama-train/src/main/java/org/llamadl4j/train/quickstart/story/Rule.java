package org.llamadl4j.train.quickstart.story;

import java.util.List;
import lombok.Getter;
import lombok.RequiredArgsConstructor;

/** A symbol of the grammar: the phrases among which it chooses. A class, since rules refer to each other. */
@Getter
@RequiredArgsConstructor
final class Rule {

    private final String name;
    private final List<String> columns;

    /** Filled while the grammar is read. */
    private List<Phrase> phrases = List.of();

    void define(List<Phrase> definition) {
        phrases = List.copyOf(definition);
    }

    int column(String column) {
        int index = columns.indexOf(column);
        if (index < 0) {
            throw new IllegalArgumentException("rule " + name + " has no column " + column + ", only " + columns);
        }
        return index;
    }

    @Override
    public String toString() {
        return name;
    }
}
