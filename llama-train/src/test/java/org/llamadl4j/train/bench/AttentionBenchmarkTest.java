package org.llamadl4j.train.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.AttentionShape;

class AttentionBenchmarkTest {

    /** Three queries see 1, 2 and 3 keys: 6 scores in each of 2·2 heads, each a dot product of 4. */
    private final AttentionShape shape = new AttentionShape(2, 3, 2, 1, 4);

    @Test
    void forwardCountsTwoProductsOfTheUnmaskedScores() {
        assertThat(AttentionBenchmark.forwardFlops(shape)).isEqualTo(2 * 2 * 6 * 2 * (2 * 4));
    }

    @Test
    void backwardCountsFive() {
        assertThat(AttentionBenchmark.backwardFlops(shape)).isEqualTo(2 * 2 * 6 * 5 * (2 * 4));
    }

    @Test
    void sizesThatMakeNoAttentionAreRefused() {
        assertThatThrownBy(() -> AttentionBenchmark.check(new AttentionShape(1, 8, 4, 3, 8)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("4 heads")
                .hasMessageContaining("3");
        assertThatThrownBy(() -> AttentionBenchmark.check(new AttentionShape(1, 0, 4, 4, 8)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("0");
    }
}
