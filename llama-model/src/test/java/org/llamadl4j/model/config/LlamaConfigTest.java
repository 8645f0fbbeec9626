package org.llamadl4j.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.RotaryPairs;

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
        for (LlamaConfig each :
                new LlamaConfig[] {config, config.withTiedEmbeddings(true), config.withHeadDim(2 * config.headDim())}) {
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
    void theSizeOfAHeadFollowsFromTheOtherSizes() {
        LlamaConfig config = LlamaConfig.preset("260k");
        assertThat(config.withDim(128).headDim()).isEqualTo(16);
        assertThat(config.withHeads(4).headDim()).isEqualTo(16);
        assertThat(config.toBuilder().dim(128).heads(4).build().headDim()).isEqualTo(32);
    }

    @Test
    void theSizeOfAHeadMayBeChosen() {
        LlamaConfig config = LlamaConfig.preset("260k").withHeadDim(10);
        assertThat(config.queryDim()).isEqualTo(80);
        assertThat(config.kvDim()).isEqualTo(40);
        assertThat(config.withDim(63).headDim()).isEqualTo(10);
        assertThat(config.toBuilder().heads(4).build().headDim()).isEqualTo(10);
        assertThat(LlamaWeights.shapes(config))
                .containsEntry(LlamaWeights.wq(0), new long[] {80, 64})
                .containsEntry(LlamaWeights.wo(0), new long[] {64, 80});
    }

    @ParameterizedTest
    @CsvSource({"7, headDim 7 is not even", "-2, headDim -2", "1000000000, more than"})
    void refusesHeadsThatCannotBe(int headDim, String message) {
        LlamaConfig config = LlamaConfig.preset("260k");
        assertThatThrownBy(() -> config.withHeadDim(headDim))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    @Test
    void scalesTheRotaryFrequencies() {
        LlamaConfig config = LlamaConfig.preset("260k");
        double[] frequencies = config.rotary(RotaryPairs.ADJACENT).frequencies();
        assertThat(frequencies).containsExactly(1, 0.1, 0.01, 0.001);
        assertThat(config.withRopeScaling(new RopeScaling.Linear(2))
                        .rotary(RotaryPairs.HALVES)
                        .frequencies())
                .containsExactly(0.5, 0.05, 0.005, 0.0005);
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
