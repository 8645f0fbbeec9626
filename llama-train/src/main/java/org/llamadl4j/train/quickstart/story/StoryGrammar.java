package org.llamadl4j.train.quickstart.story;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Short stories for a first training run. A child, a friend, a thing and its colour are named early and come back
 * sentences later, so that a model has to look back; and the probability of each story is known, so that the lowest
 * loss that any model can reach is known too.
 */
public final class StoryGrammar {

    private final Grammar grammar;

    StoryGrammar(Grammar grammar) {
        this.grammar = grammar;
    }

    /** The grammar in the file {@code stories.grammar} beside this class. */
    public static StoryGrammar load() {
        try (InputStream in = StoryGrammar.class.getResourceAsStream("stories.grammar")) {
            return new StoryGrammar(Grammar.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stories without end; the same for the same seed. */
    public Stream<Story> stories(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StoryWriter writer = new StoryWriter(grammar);
        return Stream.generate(() -> writer.write(random));
    }

    /**
     * Reads a story back and recomputes what it costs.
     *
     * @throws NotAStory where {@code text} is no story of the grammar or a name, a colour or a thing does not agree
     *     with what was said before
     */
    public Story read(String text) throws NotAStory {
        return new StoryReader(grammar).read(text);
    }

    /** What kind of text this is, by how much of it the grammar could have written. */
    public Verdict judge(String text) {
        try {
            read(text);
            return Verdict.STORY;
        } catch (NotAStory e) {
            return new LooseReader(grammar).accepts(text) ? Verdict.DISAGREES : Verdict.NO_STORY;
        }
    }

    /** How well a text keeps to the grammar. */
    public enum Verdict {
        /** A story, in which all that is repeated agrees. */
        STORY,
        /** Grammatical, but a name, a pronoun, a colour or a thing is not the one that the story is about. */
        DISAGREES,
        /** No story of the grammar. */
        NO_STORY
    }
}
