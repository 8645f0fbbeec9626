package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Added tokens are found wherever they stand in a text, however it is cut. */
class AddedTokensTest {

    private static final AddedTokens TOKENS =
            new AddedTokens(Map.of("<a>", 1, "<a>b", 2, "<<", 3, "b", 4, "<a>bc<", 5));

    /** Tokens as {@code (id)}, what lies between as it is, with a bar at its end. */
    private static String encoded(List<String> passages) {
        StringBuilder all = new StringBuilder();
        Tokenizer.StreamingEncoder between = new Tokenizer.StreamingEncoder() {
            private boolean any;

            @Override
            public void append(String passage) {
                any |= !passage.isEmpty();
                all.append(passage);
            }

            @Override
            public void finish() {
                all.append(any ? "|" : "");
                any = false;
            }
        };
        Tokenizer.StreamingEncoder encoder = TOKENS.around(between, id -> all.append("(" + id + ")"));
        passages.forEach(encoder::append);
        encoder.finish();
        return all.toString();
    }

    @Test
    void theFirstTokenCountsAndOfThoseTheLongest() {
        assertThat(encoded(List.of("x<a>y"))).isEqualTo("x|(1)y|");
        assertThat(encoded(List.of("x<a>by"))).isEqualTo("x|(2)y|");
        assertThat(encoded(List.of("<a>bc"))).isEqualTo("(2)c|");
        assertThat(encoded(List.of("<a>bc<a>"))).isEqualTo("(5)a>|");
        assertThat(encoded(List.of("<<a>"))).isEqualTo("(3)a>|");
        assertThat(encoded(List.of("<a"))).isEqualTo("<a|");
        assertThat(encoded(List.of(""))).isEmpty();
    }

    @Test
    void whatMayBeATokenIsHeldBackUntilThatIsCertain() {
        assertThat(encoded(List.of("x<", "a", ">", "b", "c", "<"))).isEqualTo("x|(5)");
        assertThat(encoded(List.of("x<", "a", ">", "b", "c", "y"))).isEqualTo("x|(2)cy|");
        assertThat(encoded(List.of("x<", "a"))).isEqualTo("x<a|");
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("<a>bcx").ofMaxLength(30);
    }

    @Property
    void cutsInTheTextChangeNothing(@ForAll("texts") String text, @ForAll long seed) {
        assertThat(encoded(AnyText.cut(text, new Random(seed), 4))).isEqualTo(encoded(List.of(text)));
    }

    /** The definition: at each place the longest token, else the character. */
    @Property
    void anyTextIsCutAsDefined(@ForAll("texts") String text) {
        List<String> longestFirst = new ArrayList<>(List.of("<a>bc<", "<a>b", "<a>", "<<", "b"));
        StringBuilder expected = new StringBuilder();
        boolean any = false;
        for (int at = 0; at < text.length(); ) {
            String rest = text.substring(at);
            String token =
                    longestFirst.stream().filter(rest::startsWith).findFirst().orElse(null);
            if (token == null) {
                expected.append(text.charAt(at++));
                any = true;
            } else {
                expected.append(any ? "|" : "").append("(" + TOKENS.id(token) + ")");
                at += token.length();
                any = false;
            }
        }
        assertThat(encoded(List.of(text)))
                .isEqualTo(expected.append(any ? "|" : "").toString());
    }
}
