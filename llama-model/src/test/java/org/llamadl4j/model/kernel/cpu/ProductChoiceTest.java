package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.Precision;

class ProductChoiceTest {

    @Test
    void float32NeedsNoReason() {
        try (Workers workers = new Workers(1);
                ProductChoice choice = ProductChoice.of(Precision.FLOAT32, workers)) {
            assertThat(choice.description()).matches("float32 products by (OpenBLAS|oneDNN)");
        }
    }

    @Test
    void automaticSaysWhy() {
        try (Workers workers = new Workers(1);
                ProductChoice choice = ProductChoice.of(Precision.AUTO, workers)) {
            assertThat(choice.description()).matches("(float32|bfloat16) products by (OpenBLAS|oneDNN) \\(.+\\)");
        }
    }

    @Test
    void bfloat16IsThereWithoutHardwareForItToo() {
        try (Workers workers = new Workers(1);
                ProductChoice choice = ProductChoice.of(Precision.BFLOAT16, workers)) {
            assertThat(choice.description())
                    .satisfiesAnyOf(
                            text -> assertThat(text).isEqualTo("bfloat16 products by oneDNN"),
                            text -> assertThat(text)
                                    .startsWith("operands rounded to bfloat16, float32 products by ")
                                    .contains("(no faster than float32: "));
        }
    }
}
