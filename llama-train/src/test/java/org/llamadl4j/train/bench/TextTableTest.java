package org.llamadl4j.train.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTableTest {

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        TextTable table = TextTable.of("GB/s", "median", "min", "max", "of ceiling")
                .row("copy", new Spread(12.34, 1.2, 1234.5), "50.0 %")
                .row("adamW", 0.123456);

        assertThat(table.toString().lines())
                .containsExactly(
                        "GB/s   median   min    max  of ceiling",
                        "copy     12.3  1.20  1,235      50.0 %",
                        "adamW  0.1235");
    }

    @Test
    void tinyNumbersKeepTheirDigits() {
        assertThat(TextTable.number(1.5e-7)).isEqualTo("1.5e-07");
        assertThat(TextTable.number(0)).isEqualTo("0");
    }
}
