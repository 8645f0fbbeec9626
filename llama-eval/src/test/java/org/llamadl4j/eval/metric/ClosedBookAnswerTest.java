package org.llamadl4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClosedBookAnswerTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "` Paris\\nQ: and?`            | Paris",
                "` Paris. It is in France`     | Paris",
                "` Paris, France`              | Paris",
                "` Paris.`                     | Paris",
                "` Paris,`                     | Paris",
                "` 1,234,567 people, I think`  | `1,234,567 people`",
                "` J. K. Rowling. She`         | `J. K. Rowling`",
                "` the U.S. Congress. Yes`     | `the U.S. Congress`",
                "` 3.14 or so. Yes`            | `3.14 or so`",
                "` 14 December 1972 UTC`       | `14 December 1972 UTC`",
                "` one\\r\\ntwo`               | one",
                "`\\nParis`                    | ``",
                "`  `                          | ``",
                "``                            | ``",
            })
    void isCutAtTheFirstLineBreakFinalDotOrComma(String generated, String answer) {
        String text = generated.replace("\\n", "\n").replace("\\r", "\r");
        assertThat(ClosedBookAnswer.cut(text)).isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "The Beatles            | beatles",
                "a  man,  an  apple     | man apple",
                "Theatre                | theatre",
                "`it's \"A\" test!`     | its test",
                "`“Don’t” — ‘stop’…`    | dont stop",
                "`O´Neill`              | oneill",
                "ÀÉ  Ünïcode            | àé ünïcode",
                "1,234                  | 1234",
                "$5 + 3%                | 5 3",
                "5€                     | 5€",
                "the                    | ``",
                "``                     | ``",
                "`\u00a0x\u2003y`       | x y",
            })
    void isComparedWithoutCaseArticlesPunctuationAndSpaces(String answer, String normalised) {
        assertThat(ClosedBookAnswer.normalise(answer)).isEqualTo(normalised);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Bobby Scott            | bobby  scott | true",
                "`the “14th”`           | 14th         | true",
                "Bob                    | Bobby Scott  | false",
                "``                     | Bobby Scott  | false",
                "the                    | a            | false",
                "``                     | ``           | false",
            })
    void matchesWhatSaysTheSame(String answer, String reference, boolean same) {
        assertThat(ClosedBookAnswer.matches(answer, reference)).isEqualTo(same);
    }

    @Property
    void normalisingTwiceChangesNothingMore(@ForAll String text) {
        String once = ClosedBookAnswer.normalise(text);
        assertThat(ClosedBookAnswer.normalise(once)).isEqualTo(once);
    }

    @Property
    void whatIsCutOffBeginsWithAnEnd(@ForAll String text) {
        String answer = ClosedBookAnswer.cut(text);
        assertThat(answer).doesNotContain("\n").doesNotContain(", ");
        assertThat(text).contains(answer);
    }
}
