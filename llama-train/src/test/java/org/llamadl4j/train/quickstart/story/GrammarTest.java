package org.llamadl4j.train.quickstart.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class GrammarTest {

    private static final Grammar SMALL = Grammar.parse("""
            # Two plots, a memory, a weight, a column, an exclusion.
            story
              [3] <meeting> <plot>
              Nobody came<mark>

            meeting
              <hero=name> met <friend=name!hero>.
              Once <hero=name> and <friend=name!hero> met.

            plot
              {hero.He} had a <colour=colour> ball. "Is it {colour}?" said {friend}.
              [2] They went <place=place.to>, and {friend} lost {hero.his} shoe {place.in}<mark>
              {friend.He} slept <place.in>.

            mark
              .
              [0.5] !

            name : he / his
              [2] Ben : he / his
              Ida : she / her
              Tom : he / his

            colour
              red
              green

            place : to / in
              lake : to the lake / by the lake
              [4] hill : up the hill / on the hill
            """);

    @Test
    void theProbabilitiesOfAllTextsSumToOneAndNoTextIsWrittenTwice() {
        List<Story> stories = AllStories.of(SMALL);

        assertThat(stories.stream()
                        .mapToDouble(story -> Math.exp(-story.nats()))
                        .sum())
                .isCloseTo(1, within(1e-12));
        assertThat(stories).extracting(Story::text).doesNotHaveDuplicates();
        assertThat(stories).hasSize(2 + 2 * 6 * (2 + 2 * 2 + 2));
    }

    @Test
    void noStoryIsTheBeginningOfAnotherSoThatItsEndCostsNothing() {
        List<String> texts =
                AllStories.of(SMALL).stream().map(Story::text).sorted().toList();

        // Sorted, a text would stand directly before those that it begins.
        assertThat(IntStream.range(1, texts.size()).filter(i -> texts.get(i).startsWith(texts.get(i - 1))))
                .isEmpty();
    }

    @Test
    void theReaderGivesBackTheProbabilityOfEveryStory() throws NotAStory {
        StoryReader reader = new StoryReader(SMALL);

        for (Story story : AllStories.of(SMALL)) {
            assertThat(reader.read(story.text())).isEqualTo(story);
        }
    }

    @Test
    void theMeanOverRandomStoriesIsTheEntropy() {
        double entropy = AllStories.of(SMALL).stream()
                .mapToDouble(story -> story.nats() * Math.exp(-story.nats()))
                .sum();
        StoryWriter writer = new StoryWriter(SMALL);
        SplittableRandom random = new SplittableRandom(5);
        int count = 100_000;

        double mean = IntStream.range(0, count)
                .mapToDouble(i -> writer.write(random).nats())
                .average()
                .orElseThrow();

        // -ln p deviates by less than 2 nats here, the mean of 100,000 by less than 0.007.
        assertThat(mean).isCloseTo(entropy, within(0.03));
    }

    @Property(tries = 20)
    void theSameSeedWritesTheSameStory(@ForAll long seed) {
        StoryWriter writer = new StoryWriter(SMALL);

        assertThat(writer.write(new SplittableRandom(seed))).isEqualTo(writer.write(new SplittableRandom(seed)));
    }

    @Test
    void whoForgetsAtAFullStopPaysForEachNameAgainButOnceASentence() {
        Grammar grammar = Grammar.parse("""
                story
                  <hero=name> came. {hero.He} saw that {hero} was {hero}. Then {hero} left.
                name : he
                  Ben : he
                  Ida : she
                  Tom : he
                  Ann : she
                """);

        Story story = new StoryWriter(grammar).write((options, written) -> 0);

        assertThat(story.text()).isEqualTo("Ben came. He saw that Ben was Ben. Then Ben left.");
        assertThat(story.nats()).isCloseTo(Math.log(4), within(1e-12));
        // A name, then one of two pronouns and one of two names, then one of four.
        assertThat(story.forgetfulNats()).isCloseTo(3 * Math.log(4), within(1e-12));
    }

    @Test
    void theReaderSaysWhereATextLeavesTheGrammar() {
        assertThatThrownBy(
                        () -> new StoryReader(SMALL).read("Ben met Ida. He had a red ball. \"Is it green?\" said Ida."))
                .isInstanceOfSatisfying(
                        NotAStory.class, e -> assertThat(e.getPosition()).isEqualTo(39));
        assertThatThrownBy(() -> new StoryReader(SMALL).read("Ben met Ben."))
                .isInstanceOfSatisfying(
                        NotAStory.class, e -> assertThat(e.getPosition()).isEqualTo(8))
                .hasMessageContaining("expected name");
        assertThatThrownBy(() -> new StoryReader(SMALL).read("Nobody came. ")).isInstanceOf(NotAStory.class);
        assertThatThrownBy(() -> new StoryReader(SMALL).read("Nobody came")).isInstanceOf(NotAStory.class);
        assertThatThrownBy(() -> new StoryReader(SMALL).read("")).isInstanceOf(NotAStory.class);
    }

    @Test
    void twoOptionsThatBeginAlikeAreRefused() {
        Grammar ambiguous = Grammar.parse("""
                story
                  a<rest>
                rest
                  b
                  bc
                """);

        assertThatThrownBy(() -> new StoryReader(ambiguous).read("abc"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rule rest");
    }

    @Test
    void aMistakeInAGrammarIsNamedWithItsLine() {
        assertMistake("s\n  <x>\n", "line 2: no rule is called x");
        assertMistake("s\n  {x}\n", "line 2: nothing is remembered as x");
        assertMistake("s\ns\n  a\n", "line 2: rule s is defined twice");
        assertMistake("s\n\nt\n  a\n", "line 3: rule s has no phrase");
        assertMistake("  a\ns\n  b\n", "line 1: a phrase stands before the first rule");
        assertMistake("s : he\n  a\n", "line 2: expected a value for each of the columns [he]");
        assertMistake("s\n  <x=t>{x.she}\nt : he\n  a : b\n", "rule t has no column she");
        assertMistake("# nothing\n", "no rule");
    }

    private static void assertMistake(String source, String message) {
        assertThatThrownBy(() -> Grammar.parse(source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
