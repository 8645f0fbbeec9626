package org.llamadl4j.train.quickstart.story;

import java.util.random.RandomGenerator;
import lombok.RequiredArgsConstructor;

/** Writes a story from the first rule of a grammar, choice by choice. */
@RequiredArgsConstructor
final class StoryWriter {

    private final Grammar grammar;

    /** A story with every choice at random, with the probabilities of the grammar. */
    Story write(RandomGenerator random) {
        return write((options, written) -> {
            double target = random.nextDouble();
            int last = options.size() - 1;
            for (int i = 0; i < last; i++) {
                target -= options.probability(i);
                if (target < 0) {
                    return i;
                }
            }
            return last;
        });
    }

    /** The story whose choices {@code chooser} makes. */
    Story write(Chooser chooser) {
        Telling telling = new Telling(chooser, new Memory(grammar), new InformationTally(grammar));
        telling.tell(new Part.Choice(grammar.start(), Phrase.TEXT, -1, -1));
        return new Story(telling.text.toString(), telling.tally.nats(), telling.tally.forgetfulNats());
    }

    /** One story as it grows. */
    @RequiredArgsConstructor
    private static final class Telling {

        private final Chooser chooser;
        private final Memory memory;
        private final InformationTally tally;
        private final StringBuilder text = new StringBuilder(600);

        void tell(Part.Choice choice) {
            Options options = new Options(choice, memory);
            int index = chooser.choose(options, text);
            Phrase phrase = options.phrase(index);
            tally.chosen(options.probability(index), choice.variable(), phrase);
            if (choice.variable() >= 0) {
                memory.remember(choice.variable(), phrase);
            }
            if (choice.column() != Phrase.TEXT) {
                text.append(phrase.value(choice.column()));
                return;
            }
            for (Part part : phrase.parts()) {
                if (part instanceof Part.Literal literal) {
                    text.append(literal.text());
                    if (literal.endsSentence()) {
                        tally.sentenceEnded();
                    }
                } else if (part instanceof Part.Recall recall) {
                    text.append(memory.text(recall));
                    tally.recalled(recall, memory.recall(recall.variable()));
                } else if (part instanceof Part.Choice inner) {
                    tell(inner);
                }
            }
        }
    }
}
