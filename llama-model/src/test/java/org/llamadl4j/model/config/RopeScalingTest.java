package org.llamadl4j.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.error.UserError;

class RopeScalingTest {

    /** Llama 3.1's: the wavelengths at its borders are 8192 and 2048 positions. */
    private static final RopeScaling LLAMA_3_1 = new RopeScaling.Llama3(8, 1, 4, 8192);

    @Property
    void keepsShortWavelengthsAndStretchesLongOnes(@ForAll @DoubleRange(min = 0.01, max = 0.99) double share) {
        double tooShort = 2 * Math.PI / (2048 * share);
        assertThat(LLAMA_3_1.scale(tooShort)).isEqualTo(tooShort);
        double tooLong = 2 * Math.PI / (8192 / share);
        assertThat(LLAMA_3_1.scale(tooLong)).isEqualTo(tooLong / 8);
    }

    /** A wavelength of 8192 / 2.5 is half way between 1 and 4 turns. */
    @Test
    void interpolatesBetweenThem() {
        double frequency = 2 * Math.PI * 2.5 / 8192;
        assertThat(LLAMA_3_1.scale(frequency)).isCloseTo((0.5 / 8 + 0.5) * frequency, within(1e-18));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 4})
    void isContinuousAtTheBorders(double turns) {
        double border = 2 * Math.PI * turns / 8192;
        assertThat(LLAMA_3_1.scale(border * 1.000001)).isCloseTo(LLAMA_3_1.scale(border * 0.999999), within(1e-7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "linear:2.5", "llama3:8.0:1.0:4.0:8192"})
    void hasAText(String text) {
        assertThat(RopeScaling.parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "yarn:4, it is none",
        "linear, it is none",
        "linear:two, it is none",
        "llama3:8, it is none",
        "llama3:8:1:4:8192.5, it is none",
        "linear:0, factor of rotary scaling must be positive",
        "linear:NaN, factor of rotary scaling must be positive",
        "llama3:8:4:4:8192, highFreqFactor 4.0",
        "llama3:8:1:4:0, originalContextLength"
    })
    void refusesOthers(String text, String message) {
        assertThatThrownBy(() -> RopeScaling.parse(text))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }
}
