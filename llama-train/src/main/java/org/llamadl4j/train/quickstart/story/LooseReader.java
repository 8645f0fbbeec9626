package org.llamadl4j.train.quickstart.story;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lombok.RequiredArgsConstructor;

/**
 * Reads without a memory: wherever the grammar repeats a name, a colour or a thing, any will do. What it accepts and
 * {@link StoryReader} does not is grammatical but does not agree with itself.
 */
@RequiredArgsConstructor
final class LooseReader {

    private final Grammar grammar;

    /** Whether {@code text} is a story of the grammar but for what has to agree. */
    boolean accepts(String text) {
        return new Reading(text).ends(grammar.start(), Phrase.TEXT, 0).get(text.length());
    }

    /** Finds, from a position, all positions at which a symbol may end. */
    @RequiredArgsConstructor
    private final class Reading {

        private final String text;
        private final Map<Key, BitSet> known = new HashMap<>();

        BitSet ends(Rule rule, int column, int begin) {
            Key key = new Key(rule, column, begin);
            BitSet ends = known.get(key);
            if (ends == null) {
                ends = new BitSet();
                for (Phrase phrase : rule.getPhrases()) {
                    if (column == Phrase.TEXT) {
                        ends.or(ends(phrase.parts(), begin));
                    } else {
                        addEnd(phrase.value(column), begin, ends);
                    }
                }
                known.put(key, ends);
            }
            return ends;
        }

        private BitSet ends(List<Part> parts, int begin) {
            BitSet positions = new BitSet();
            positions.set(begin);
            for (Part part : parts) {
                BitSet next = new BitSet();
                positions.stream().forEach(position -> addEnds(part, position, next));
                positions = next;
            }
            return positions;
        }

        private void addEnds(Part part, int begin, BitSet ends) {
            if (part instanceof Part.Literal literal) {
                addEnd(literal.text(), begin, ends);
            } else if (part instanceof Part.Choice choice) {
                ends.or(ends(choice.rule(), choice.column(), begin));
            } else if (part instanceof Part.Recall recall) {
                for (Rule rule : grammar.sources(recall.variable())) {
                    for (Phrase phrase : rule.getPhrases()) {
                        addEnd(recall.of(phrase), begin, ends);
                    }
                }
            }
        }

        private void addEnd(String written, int begin, BitSet ends) {
            if (text.startsWith(written, begin)) {
                ends.set(begin + written.length());
            }
        }
    }

    private record Key(Rule rule, int column, int begin) {}
}
