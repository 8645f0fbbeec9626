package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Words are those of Llama 3's regular expression. */
class SplitPatternTest {

    private static List<String> words(String text) {
        char[] chars = text.toCharArray();
        List<String> words = new ArrayList<>();
        for (int start = 0; start < chars.length; ) {
            int end = SplitPattern.wordEnd(chars, start, chars.length, true);
            words.add(text.substring(start, end));
            start = end;
        }
        return words;
    }

    @Test
    void wordsNumbersAndSigns() {
        assertThat(words("Hello world")).containsExactly("Hello", " world");
        assertThat(words("1234567 8")).containsExactly("123", "456", "7", " ", "8");
        assertThat(words("a=b != c;\n\nd")).containsExactly("a", "=b", " !=", " c", ";\n\n", "d");
    }

    @Test
    void contractionsInEitherCase() {
        assertThat(words("I'm we'RE it's I'Ll o'clock 'ſ 'lx"))
                .containsExactly(
                        "I", "'m", " we", "'RE", " it", "'s", " I", "'Ll", " o", "'clock", " '", "ſ", " '", "lx");
        assertThat(words("'ſa 'sa")).containsExactly("'ſ", "a", " '", "sa");
    }

    @Test
    void theLastOfSeveralSpacesBelongsToWhatFollows() {
        assertThat(words("a   b")).containsExactly("a", "  ", " b");
        assertThat(words("a\t\tb")).containsExactly("a", "\t", "\tb");
        assertThat(words("a   1")).containsExactly("a", "  ", " ", "1");
        assertThat(words("a   ")).containsExactly("a", "   ");
        assertThat(words("a  \n \n  b")).containsExactly("a", "  \n \n", " ", " b");
        assertThat(words("a\u00A0\u2003b")).containsExactly("a", "\u00A0", "\u2003b");
    }

    /** What Java calls a space and Unicode does not, and the reverse. */
    @Test
    void spacesAreThoseOfUnicode() {
        assertThat(words("\u001C\u001C a")).containsExactly("\u001C\u001C", " a");
        assertThat(words("\u0085\u0085")).containsExactly("\u0085\u0085");
        assertThat(words("!\u0085a")).containsExactly("!", "\u0085a");
        assertThat(words("\u180E\u200B!")).containsExactly("\u180E\u200B!");
    }

    @Provide
    Arbitrary<String> texts() {
        return AnyText.texts();
    }

    @Provide
    Arbitrary<String> textsOfFewKinds() {
        return Arbitraries.of(
                        "a",
                        "S",
                        "1",
                        "!",
                        "'",
                        "'",
                        " ",
                        " ",
                        "\n",
                        "\r",
                        "\t",
                        "\u00A0",
                        "\u2028",
                        "\u0301",
                        "\u017F",
                        "l",
                        "r",
                        "e",
                        "d",
                        "\uD835\uDD38",
                        "\uD835\uDFD8",
                        "\uD83D\uDE00")
                .list()
                .ofMaxSize(30)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 2000)
    void anyTextIsCutAsByTheExpression(@ForAll("texts") String text) {
        assertThat(words(text)).isEqualTo(ReferenceSplit.words(text));
    }

    @Property(tries = 4000)
    void anySequenceOfKindsIsCutAsByTheExpression(@ForAll("textsOfFewKinds") String text) {
        assertThat(words(text)).isEqualTo(ReferenceSplit.words(text));
    }

    /** What is decided before the text ends is what is so when more follows, whatever that is. */
    @Property(tries = 4000)
    void aDecidedWordStaysWhateverFollows(
            @ForAll("textsOfFewKinds") String text, @ForAll("textsOfFewKinds") String more) {
        char[] chars = text.toCharArray();
        List<String> decided = new ArrayList<>();
        for (int start = 0; start < chars.length; ) {
            int end = SplitPattern.wordEnd(chars, start, chars.length, false);
            if (end == SplitPattern.UNDECIDED) {
                break;
            }
            decided.add(text.substring(start, end));
            start = end;
        }
        List<String> all = ReferenceSplit.words(text + more);
        assertThat(decided).isEqualTo(all.subList(0, decided.size()));
        String held = text.substring(String.join("", decided).length());
        assertThat(ReferenceSplit.words(held)).as("held back of %s", text).hasSizeLessThanOrEqualTo(2);
    }
}
