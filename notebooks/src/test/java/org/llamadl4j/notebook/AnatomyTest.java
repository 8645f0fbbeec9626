package org.llamadl4j.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.llamadl4j.notebook.Anatomy.activations;
import static org.llamadl4j.notebook.Anatomy.compare;
import static org.llamadl4j.notebook.Anatomy.gradientByAutograd;
import static org.llamadl4j.notebook.Anatomy.gradientByHand;
import static org.llamadl4j.notebook.Anatomy.randomHead;
import static org.llamadl4j.notebook.Anatomy.rms;
import static org.llamadl4j.notebook.Anatomy.rope;
import static org.llamadl4j.notebook.Llama.prepare;
import static org.llamadl4j.notebook.Llama.preset;
import static org.llamadl4j.notebook.Llama.stories;
import static org.llamadl4j.notebook.Llama.trainTokenizer;
import static org.llamadl4j.notebook.Llama.training;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.TextCorpus;
import org.nd4j.linalg.api.ndarray.INDArray;

class AnatomyTest {

    private static final String TEXT = "One day, Lily found a kite.";

    private static LlamaModel model;

    /** Grouped heads, and weights of random numbers: nothing is symmetric. */
    @BeforeAll
    static void makeModel() {
        TextCorpus text = stories(0.05);
        LlamaConfig sizes = preset("260k").withLayers(2).withContextLength(64);
        model = training(sizes, prepare(text, trainTokenizer(text, 320))).model();
    }

    /** The map, which is computed here, times the values gives what the model's kernel, which stores no map, computed. */
    @Test
    void attentionMapsTimesValuesAreAttentionsOutput() {
        Activations activations = activations(model, TEXT);
        int size = model.config().headDim();
        for (int layer = 0; layer < 2; layer++) {
            float[][] v = activations.get("layers." + layer + ".v").toFloatMatrix();
            float[][] out = activations.get("layers." + layer + ".attention").toFloatMatrix();
            for (int head = 0; head < model.config().heads(); head++) {
                float[][] map = activations.attention(layer, head).values();
                int kvHead = head / 2;
                for (int row = 0; row < out.length; row++) {
                    for (int i = 0; i < size; i++) {
                        double expected = 0;
                        for (int key = 0; key < map.length; key++) {
                            expected += (double) map[row][key] * v[key][kvHead * size + i];
                        }
                        assertThat((double) out[row][head * size + i]).isCloseTo(expected, within(1e-6));
                    }
                }
            }
        }
    }

    @Test
    void rowsOfAnAttentionMapAddUpToOneAndLookBackOnly() {
        float[][] map = activations(model, TEXT).attention(1, 3).values();
        for (int row = 0; row < map.length; row++) {
            double sum = 0;
            for (int key = 0; key < map.length; key++) {
                sum += map[row][key];
                assertThat(key <= row || map[row][key] == 0).isTrue();
            }
            assertThat(sum).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void scoresOfRotatedHeadsDependOnTheirDistanceAlone() {
        LlamaConfig sizes = model.config();
        INDArray scores = rope(sizes, randomHead(sizes, 1), 20)
                .mmul(rope(sizes, randomHead(sizes, 2), 20).transpose());
        assertThat(scores.getDouble(15, 10)).isCloseTo(scores.getDouble(7, 2), within(1e-4));
        assertThat(scores.getDouble(15, 10)).isNotCloseTo(scores.getDouble(15, 2), within(1e-3));
    }

    @Test
    void rotationKeepsLengths() {
        INDArray head = randomHead(model.config(), 3);
        double length =
                head.norm2Number().doubleValue() / Math.sqrt(model.config().headDim());
        assertThat(Arrays.stream(rms(rope(model.config(), head, 9))).boxed().toList())
                .allSatisfy(rms -> assertThat(rms).isCloseTo(length, within(1e-6)));
    }

    @Test
    void theGradientByHandIsThatOfAutograd() {
        assertThat(compare(gradientByHand(model, TEXT), gradientByAutograd(model, TEXT))
                        .rows())
                .hasSize(2 * 9 + 3)
                .allSatisfy(row -> assertThat(Double.parseDouble(row.get(3))).isLessThan(1e-5));
    }

    @Test
    void anActivationThatIsNotThereIsNamedWithThoseThatAre() {
        assertThatThrownBy(() -> activations(model, TEXT).get("layers.0.query"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("'layers.0.query'")
                .hasMessageContaining("layers.0.q,");
    }

    @Test
    void aTextLongerThanTheContextIsRefused() {
        assertThatThrownBy(() -> activations(model, "a b c d e f g h i j k ".repeat(20)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the model's context is 64");
    }
}
