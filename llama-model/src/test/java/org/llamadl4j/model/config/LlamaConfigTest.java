package org.llamadl4j.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;

class LlamaConfigTest {

    /** The paper's sizes; the counts follow from its table 2 at V = 32000. */
    @ParameterizedTest
    @CsvSource({"7b, 6738415616", "13b, 13015864320", "33b, 32528943616", "65b, 65285660672"})
    void hasExactlyTheParametersOfThePaper(String preset, long parameters) {
        assertThat(LlamaConfig.preset(preset).parameterCount()).isEqualTo(parameters);
    }

    @ParameterizedTest
    @MethodSource("org.llamadl4j.model.config.LlamaConfig#presetNames")
    void countsTheParametersThatAModelHas(String preset) {
        LlamaConfig config = LlamaConfig.preset(preset);
        for (LlamaConfig each : new LlamaConfig[] {config, config.withTiedEmbeddings(true)}) {
            long elements = 0;
            for (long[] shape : LlamaWeights.shapes(each).values()) {
                elements += shape.length == 1 ? shape[0] : shape[0] * shape[1];
            }
            assertThat(each.parameterCount()).isEqualTo(elements);
        }
    }

    @ParameterizedTest
    @CsvSource({"7b, 11008", "13b, 13824", "33b, 17920", "65b, 22016"})
    void hiddenDimIsTwoThirdsOfFourTimesDimRoundedUpTo256(String preset, int hiddenDim) {
        LlamaConfig config = LlamaConfig.preset(preset);
        int exact = 8 * config.dim() / 3;
        assertThat(config.hiddenDim()).isEqualTo(hiddenDim).isEqualTo((exact + 255) / 256 * 256);
    }

    @Test
    void groupedQueriesShrinkKeysAndValues() {
        LlamaConfig config = LlamaConfig.preset("260k");
        assertThat(config.headDim()).isEqualTo(8);
        assertThat(config.kvDim()).isEqualTo(32);
    }

    @Test
    void namesThePresetsThatExist() {
        assertThatThrownBy(() -> LlamaConfig.preset("8b"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("'8b'")
                .hasMessageContaining("7b");
    }

    @ParameterizedTest
    @CsvSource({
        "100, 8, 8, dim 100 is not a multiple of heads 8",
        "64, 8, 3, heads 8 is not a multiple of kvHeads 3",
        "24, 8, 8, heads of size 3",
        "0, 8, 8, dim must be positive"
    })
    void refusesSizesThatDoNotDivide(int dim, int heads, int kvHeads, String message) {
        LlamaConfig.LlamaConfigBuilder sizes =
                LlamaConfig.preset("260k").toBuilder().dim(dim).heads(heads).kvHeads(kvHeads);
        assertThatThrownBy(sizes::build).isInstanceOf(UserError.class).hasMessageContaining(message);
    }
}
