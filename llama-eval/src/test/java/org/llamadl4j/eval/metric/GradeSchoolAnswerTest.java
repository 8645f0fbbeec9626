package org.llamadl4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradeSchoolAnswerTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`9 * 2 = 18\\n#### 18`                   | 18",
                "`#### 1,234`                             | 1234",
                "`#### $1,234.50.`                        | 1234.50",
                "`#### -7`                                | -7",
                "`#### 5 eggs\\n\\nQuestion: 3`           | 5",
                "`#### none\\n#### 6`                     | 6",
                "`#### 4\\n#### 6`                        | 4",
                "`####`                                   | none",
                "`7 #### `                                | 7",
                "`The answer is 1,234.`                   | 1234",
                "`so 3 + 4 = 7 apples`                    | 7",
                "`20-5`                                   | 5",
                "`20 - 5 = -15`                           | -15",
                "`x = (3)-2`                              | 2",
                "`it is \u22123`                          | -3",
                "`.5`                                     | .5",
                "`1,23`                                   | 23",
                "`12,345,678 and no more`                 | 12345678",
                "`1,2345`                                 | 2345",
                "`two`                                    | none",
                "``                                       | none",
            })
    void isTheNumberBehindTheMarkOrTheLast(String text, String number) {
        assertThat(GradeSchoolAnswer.number(text.replace("\\n", "\n")).map(BigDecimal::toString))
                .isEqualTo(
                        number.equals("none")
                                ? java.util.Optional.empty()
                                : java.util.Optional.of(new BigDecimal(number).toString()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`9 * 2 = 18\\n#### 18`      | 18        | 18",
                "`#### 1,234`                | 1,234     | 1,234",
                "`#### $12`                  | [invalid] | $12",
                "`####12`                    | [invalid] | 12",
                "`The answer is $1,234.50.`  | [invalid] | $1,234.50.",
                "`I have 5`                  | [invalid] | 5",
                "`3, or 4, or`               | [invalid] | 4,",
                "`none...`                   | [invalid] | ...",
                "`#### 3\\n#### 4`           | 3         | 4",
                "``                          | [invalid] | [invalid]",
            })
    void isWhatTheHarnessExtracts(String text, String strict, String flexible) {
        String generated = text.replace("\\n", "\n");
        assertThat(GradeSchoolAnswer.strict(generated)).isEqualTo(strict);
        assertThat(GradeSchoolAnswer.flexible(generated)).isEqualTo(flexible);
    }

    @Test
    void theHarnessComparesWithTheWorkedAnswer() {
        String reference = "He sold 1,000 + 234 of them.\n#### 1,234";
        assertThat(GradeSchoolAnswer.harnessMatches("1234", reference)).isTrue();
        assertThat(GradeSchoolAnswer.harnessMatches("$1,234.", reference)).isTrue();
        assertThat(GradeSchoolAnswer.harnessMatches("1234.0", reference)).isFalse();
        assertThat(GradeSchoolAnswer.harnessMatches(GradeSchoolAnswer.INVALID, reference))
                .isFalse();
    }

    @Property
    void aNumberIsFoundHoweverItIsWritten(@ForAll @IntRange(min = 0) int number) {
        String grouped = NumberFormat.getIntegerInstance(Locale.US).format(number);
        for (String text : new String[] {"#### " + number, "#### " + grouped, "so $" + grouped + ".", number + "!"}) {
            assertThat(GradeSchoolAnswer.number("2 and 3, " + text)).contains(BigDecimal.valueOf(number));
        }
    }
}
