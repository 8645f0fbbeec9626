package org.llamadl4j.notebook.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenizedTextTest {

    private final TokenizedText text = new TokenizedText(List.of("\u2581<a>", "b", "\u2581c"), List.of(7, 8, 9));

    @Test
    void plainTextHasABarBetweenPieces() {
        assertThat(text).hasToString("\u2581<a>|b|\u2581c");
    }

    @Test
    void eachPieceIsASpanWithItsId() {
        assertThat(text.data().get(Display.HTML))
                .contains("title=\"7\"", "title=\"8\"", "title=\"9\"", "&lt;a&gt;", "3 pieces");
    }

    @Test
    void neighboursDifferInColour() {
        String html = text.data().get(Display.HTML);
        assertThat(html.split("background:", -1)[1].substring(0, 7))
                .isNotEqualTo(html.split("background:", -1)[2].substring(0, 7));
    }
}
