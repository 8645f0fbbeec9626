package org.llamadl4j.train.quickstart.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.llamadl4j.train.quickstart.story.StoryGrammar.Verdict;

class StoryGrammarTest {

    private final StoryGrammar grammar = StoryGrammar.load();
    private final List<Story> stories = grammar.stories(7).limit(2000).toList();

    @Property(tries = 50)
    void everyStoryIsReadBackWithTheSameCost(@ForAll long seed) throws NotAStory {
        Story story = grammar.stories(seed).findFirst().orElseThrow();

        Story read = grammar.read(story.text());

        assertThat(read.nats()).isCloseTo(story.nats(), within(1e-9));
        assertThat(read.forgetfulNats()).isCloseTo(story.forgetfulNats(), within(1e-9));
        assertThat(grammar.judge(story.text())).isEqualTo(Verdict.STORY);
    }

    /** The reader refuses a choice between options that begin alike, so this covers each phrase of the grammar. */
    @Test
    void noChoiceIsAmbiguous() throws NotAStory {
        for (Story story : stories) {
            grammar.read(story.text());
        }
    }

    @Test
    void theSeedDecidesTheStories() {
        assertThat(grammar.stories(7).limit(20)).isEqualTo(stories.subList(0, 20));
        assertThat(grammar.stories(8).limit(20)).isNotEqualTo(stories.subList(0, 20));
    }

    @Test
    void thereAreMoreStoriesThanAnyoneCanLearnByHeart() {
        double nats = stories.stream().mapToDouble(Story::nats).average().orElseThrow();

        assertThat(nats).as("e to this is the effective number of stories").isGreaterThan(Math.log(1e12));
        assertThat(stories).extracting(Story::text).doesNotHaveDuplicates();
    }

    @Test
    void theVocabularyIsAFewHundredWords() {
        Set<String> words = stories.stream()
                .flatMap(story -> Arrays.stream(story.text().toLowerCase().split("[^a-z]+")))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(words).hasSizeBetween(300, 700);
        assertThat(stories.stream().map(Story::text).filter(text -> !text.matches("[A-Za-z ,.!?\"]+")))
                .isEmpty();
    }

    @Test
    void itIsWrittenInCleanEnglish() {
        Pattern clean = Pattern.compile("[A-Z\"].*[.!]\"?");
        Pattern slip = Pattern.compile("  | [.,]|[.,][.,]|\\b[Aa] [aeiou]|\\b[Aa]n [^aeiou]|\\b(\\w+) \\1\\b");

        assertThat(stories.stream()
                        .map(Story::text)
                        .filter(text -> !clean.matcher(text).matches()
                                || slip.matcher(text).find()))
                .isEmpty();
    }

    @Test
    void muchOfAStoryHasToAgreeWithItsBeginning() {
        double nats = stories.stream().mapToDouble(Story::nats).sum();
        double forgetful = stories.stream().mapToDouble(Story::forgetfulNats).sum();

        assertThat(forgetful / nats).isBetween(1.18, 2.0);
    }

    @Test
    void aChangedNameOrPronounDisagreesAndAChangedWordIsNoStory() {
        String story = stories.stream()
                .map(Story::text)
                .filter(text ->
                        text.startsWith("Once") && text.contains("Mia") && text.contains("From that day on, Mia"))
                .findFirst()
                .orElseThrow();

        assertThat(grammar.judge(story.replace("From that day on, Mia", "From that day on, Nora")))
                .isEqualTo(Verdict.DISAGREES);
        assertThat(grammar.judge(story.replaceFirst("with her ", "with his "))).isEqualTo(Verdict.DISAGREES);
        assertThat(grammar.judge(story.replaceFirst("child", "table"))).isEqualTo(Verdict.NO_STORY);
        assertThat(grammar.judge(story.substring(0, story.length() - 1))).isEqualTo(Verdict.NO_STORY);
        assertThat(grammar.judge(story + " The end.")).isEqualTo(Verdict.NO_STORY);
        assertThat(grammar.judge("")).isEqualTo(Verdict.NO_STORY);
    }
}
