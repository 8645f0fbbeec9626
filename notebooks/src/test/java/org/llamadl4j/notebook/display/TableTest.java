package org.llamadl4j.notebook.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    private static final Table TABLE = Table.of("task", "questions", "accuracy")
            .row("ARC <easy>", 2376, 0.72841)
            .row("PIQA", 1838, 1.0);

    @Test
    void plainTextHasNumbersToTheRightAndWordsToTheLeft() {
        assertThat(TABLE.toString()).isEqualTo("""
                        task        questions  accuracy
                        ARC <easy>      2,376    0.7284
                        PIQA            1,838         1
                        """);
    }

    @Test
    void htmlAlignsInTheSameWayAndEscapesWhatIsInACell() {
        assertThat(TABLE.data().get(Display.HTML))
                .contains("<td style=\"text-align:left\">ARC &lt;easy&gt;</td>")
                .contains("<td style=\"text-align:right\">2,376</td>")
                .doesNotContain("<easy>");
    }

    @Test
    void aDollarSignDoesNotBeginAFormula() {
        assertThat(Table.of("price").row("$5 and $6").data().get(Display.HTML)).doesNotContain("$5");
    }

    @Test
    void largeAndSmallNumbersStayReadable() {
        assertThat(Table.of("n")
                        .row(1234567.8)
                        .row(0.00012345)
                        .row(-2.5)
                        .row(1e-5)
                        .rows())
                .containsExactly(List.of("1,234,568"), List.of("1.235e-04"), List.of("-2.500"), List.of("1e-05"));
    }

    @Test
    void aRowOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> TABLE.row("only one"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a row of 1 cells in a table of 3 columns");
    }
}
