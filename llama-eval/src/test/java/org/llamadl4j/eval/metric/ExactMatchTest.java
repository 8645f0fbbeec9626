package org.llamadl4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExactMatchTest {

    @Test
    void removesWhatIsIgnoredThenCaseThenPunctuation() {
        ExactMatch match = ExactMatch.ignoringPunctuation("\\b(?:The |the |An |A |a |an )");
        assertThat(match.matches("The Beatles!", "beatles")).isTrue();
        assertThat(match.matches("THE Beatles", "beatles")).isFalse(); // the harness's articles are these six
        assertThat(match.matches("a an apple", "apple")).isTrue();
        assertThat(match.matches("U.S.", "us")).isTrue();
        assertThat(match.matches("Don’t", "Dont")).isFalse(); // only ASCII punctuation
        assertThat(match.matches("two  words", "two words")).isFalse();
        assertThat(match.matches("", "")).isTrue();
    }

    @Test
    void keepsPunctuationWhereItCounts() {
        ExactMatch match = ExactMatch.ignoring(",");
        assertThat(match.matches("1,234", "1234")).isTrue();
        assertThat(match.matches("1.5", "15")).isFalse();
        assertThat(match.matches("Yes", "yes")).isTrue();
    }
}
