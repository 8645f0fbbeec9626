package org.llamadl4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MathAnswerTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\\frac{1}{2}                 | 0.5",
                "\\frac{1}{2}                 | \\dfrac{1}{2}",
                "\\frac12                     | 1/2",
                "-\\frac{1}{2}                | \\frac{-1}{2}",
                "1\\frac{1}{2}                | 1.5",
                "1,234                        | 1234",
                "1,234.50                     | 1234.5",
                "$5$                          | 5",
                "\\$5                         | 5",
                "\\boxed{5}                   | 5",
                "x = 5                        | 5",
                "5 \\text{ cm}                | 5",
                "5\\text{ m}^2                | 5",
                "30^\\circ                    | 30",
                "30^{\\circ}                  | 30 degrees",
                "10\\%                        | 10",
                "\\sqrt{8}                    | 2\\sqrt{2}",
                "\\sqrt2                      | \\sqrt{2}",
                "\\sqrt[3]{8}                 | 2",
                "2^{10}                       | 1024",
                "3x + 2                       | 2+3x",
                "x(x+1)                       | x^2+x",
                "\\frac{\\pi}{2}              | 0.5\\pi",
                "2\\pi r                      | 2 r \\pi",
                "\\sin^2 x + \\cos^2 x        | 1",
                "(1, \\frac{1}{2})            | (1,0.5)",
                "\\left(1, 2\\right)          | (1,2)",
                "[2, 5)                       | [2,\\frac{10}{2})",
                "\\{1, 2\\}                   | \\{2,1\\}",
                "1, -2                        | 1,-2",
                "\\text{east}                 | east",
                "\\textbf{(B)}                | (B)",
                "10^{-3}                      | 0.001",
                "\\frac{7}{5} + \\frac{1}{5} i. | $\\frac{7 + i}{5}$",
                "\\frac{\\frac{1}{2}}{3}      | \\frac{1}{6}",
                "2 \\cdot 3 \\times 4 \\div 2 | 12",
            })
    void isTheSameHoweverItIsWritten(String a, String b) {
        assertThat(MathAnswer.equivalent(a, b)).as("%s and %s", a, b).isTrue();
        assertThat(MathAnswer.equivalent(b, a)).as("%s and %s", b, a).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\\frac{1}{2}   | 0.51",
                "\\frac{1}{3}   | 0.333",
                "5              | -5",
                "``             | ``",
                "``             | 0",
                "(1,2)          | (2,1)",
                "(1,2)          | [1,2]",
                "(1,2)          | 1,2",
                "(1,2)          | (1,2,3)",
                "\\{1,1\\}      | \\{1,2\\}",
                "east           | seat",
                "x              | y",
                "x+1            | x+2",
                "52_8           | 52",
                "10^{-10}       | 0",
                "1,234          | 234",
                "\\sqrt{-1}     | \\sqrt{-2}",
                "(              | )",
                "\\frac{1}{0}   | \\frac{2}{0}",
            })
    void isAnotherWhereItMeansAnother(String a, String b) {
        assertThat(MathAnswer.equivalent(a, b)).as("%s and %s", a, b).isFalse();
        assertThat(MathAnswer.equivalent(b, a)).as("%s and %s", b, a).isFalse();
    }

    @Test
    void isInTheLastBox() {
        assertThat(MathAnswer.boxed("so $\\boxed{1}$ or $\\boxed{\\frac{1}{2}}$."))
                .contains("\\frac{1}{2}");
        assertThat(MathAnswer.boxed("$\\boxed 7$")).contains("7");
        assertThat(MathAnswer.boxed("$\\fbox{7}$")).contains("7");
        assertThat(MathAnswer.boxed("$\\boxed{}$")).contains("");
        assertThat(MathAnswer.boxed("$\\boxed{\\frac{1}{2}$")).isEmpty();
        assertThat(MathAnswer.boxed("$\\boxed")).isEmpty();
        assertThat(MathAnswer.boxed("7")).isEmpty();
        assertThat(MathAnswer.boxed("")).isEmpty();
    }

    @Test
    void isInTheSentenceThatEndsIt() {
        String text = "Thus.\nFinal Answer: The final answer is $\\frac{1}{2}$. I hope it is correct.\n\nProblem:";
        assertThat(MathAnswer.inSentence(text)).contains("$\\frac{1}{2}$");
        assertThat(MathAnswer.inSentence("Final Answer: The final answer is 3. "))
                .contains("3");
        assertThat(MathAnswer.inSentence("The answer is 3.")).isEmpty();
        assertThat(MathAnswer.inSentenceOrBox("so $\\boxed{3}$")).contains("3");
        assertThat(MathAnswer.inSentenceOrBox(text + "\\boxed{3}")).contains("$\\frac{1}{2}$");
        assertThat(MathAnswer.inSentenceOrBox("")).isEmpty();
    }

    @Property
    void fractionsEqualTheirDecimals(@ForAll @IntRange(min = -999, max = 999) int n) {
        assertThat(MathAnswer.equivalent("\\frac{%d}{8}".formatted(n), Double.toString(n / 8.0)))
                .isTrue();
        assertThat(MathAnswer.equivalent("\\frac{%d}{8}".formatted(n), Double.toString(n / 8.0 + 0.001)))
                .isFalse();
    }

    @Property
    void anythingCanBeCompared(@ForAll String a, @ForAll String b) {
        assertThat(MathAnswer.equivalent(a, b)).isEqualTo(MathAnswer.equivalent(b, a));
        assertThat(MathAnswer.equivalent(a, a))
                .isEqualTo(!MathAnswer.normalise(a).isEmpty());
    }

    @Test
    void depthAndLengthHaveLimits() {
        assertThat(MathExpression.value("(".repeat(10_000) + "1" + ")".repeat(10_000), 0))
                .isEmpty();
        assertThat(MathExpression.value("(".repeat(60) + "1" + ")".repeat(60), 0))
                .isEmpty();
        assertThat(MathExpression.value("\\frac1{".repeat(50) + "1" + "}".repeat(50), 0))
                .isEmpty();
        assertThat(MathExpression.value("\\sqrt".repeat(70) + "1", 0)).isPresent();
        assertThat(MathAnswer.equivalent("9^9^9^9^9", "9^{9^{9^9}}")).isFalse();
    }
}
