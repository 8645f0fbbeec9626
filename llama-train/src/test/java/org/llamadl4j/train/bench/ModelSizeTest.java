package org.llamadl4j.train.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.llamadl4j.model.error.UserError;

class ModelSizeTest {

    @Test
    void aPresetHasABatchThatSuitsIt() {
        ModelSize size = ModelSize.of("42m", null, null, null);

        assertThat(size.batch()).isEqualTo(2);
        assertThat(size.time()).isEqualTo(1024);
        assertThat(size.rows()).isEqualTo(2048);
        assertThat(size.model().vocabSize()).isEqualTo(32000);
    }

    @Test
    void everySizeCanBeSaid() {
        ModelSize size = ModelSize.of("15m", 3, 128, 1000);

        assertThat(size.rows()).isEqualTo(384);
        assertThat(size.model().vocabSize()).isEqualTo(1000);
        assertThat(size.model().contextLength()).isEqualTo(512);
    }

    @Test
    void theContextGrowsWithTheSequence() {
        assertThat(ModelSize.of("15m", 1, 16384, null).model().contextLength()).isEqualTo(16384);
    }

    @Test
    void nothingCannotBeTrainedOn() {
        assertThatThrownBy(() -> ModelSize.of("15m", 0, 128, null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("at least 1");
    }
}
