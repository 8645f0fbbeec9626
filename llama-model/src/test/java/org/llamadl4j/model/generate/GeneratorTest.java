package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ConcurrentModificationException;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

class GeneratorTest {

    private static final Kernels KERNELS = CpuKernels.create(2);
    private static final LlamaModel MODEL = TinyModel.of(24, KERNELS);

    private static final GenerationOptions GREEDY =
            GenerationOptions.builder().temperature(0).maxNewTokens(100).build();

    private final Generator generator = new Generator(MODEL);

    @Test
    void goesOnFromThePromptAfterBos() {
        Session session = new Session(MODEL);
        session.append(MODEL.tokenizer().bosId());
        session.append(MODEL.tokenizer().encode("ab"));
        Completion expected = session.generate(GREEDY).complete();
        assertThat(expected.tokens()).isNotEmpty();
        Generation generation = generator.start("ab", GREEDY);
        assertThat(generation.promptTokens()).isEqualTo(3);
        assertThat(generation.complete()).isEqualTo(expected);
        assertThat(generator.complete("ab", GREEDY)).isEqualTo(expected.text());
    }

    @Test
    void theSameSeedGivesTheSameText() {
        GenerationOptions options = GenerationOptions.builder().seed(4).build();
        String text = generator.complete("x", options);
        assertThat(generator.complete("something else", options)).isNotEqualTo(text);
        assertThat(generator.complete("x", options)).isEqualTo(text);
        assertThat(generator.complete("x", options.toBuilder().seed(5).build())).isNotEqualTo(text);
    }

    @Test
    void oneTextEndsWhereAnotherBegins() {
        Generation first = generator.start("x", GREEDY);
        first.next();
        generator.start("y", GREEDY);
        assertThatThrownBy(first::next).isInstanceOf(ConcurrentModificationException.class);
    }

    @Test
    void refusesAPromptThatFillsTheContext() {
        assertThat(generator.start("x".repeat(22), GREEDY).promptTokens()).isEqualTo(23);
        assertThatThrownBy(() -> generator.start("x".repeat(23), GREEDY))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("24 tokens", "context of 24");
    }

    @Test
    void beginsFromNothing() {
        Generation generation = generator.start("", GREEDY);
        assertThat(generation.promptTokens()).isEqualTo(1);
        assertThat(generation.complete().tokens()).isNotEmpty();
    }

    /** Two layers of four positions reach seven back, and no further. */
    @Test
    void aRingForgetsTheBeginning() {
        GenerationOptions one = GREEDY.toBuilder().maxNewTokens(1).build();
        Generator ring = new Generator(MODEL, 4);
        double difference = 0;
        for (char c = 'a'; c < 'm'; c++) {
            String end = "same end" + c;
            assertThat(ring.start("one " + end, one).complete())
                    .isEqualTo(ring.start("two " + end, one).complete());
            double first = generator.start("one " + end, one).complete().logProbability();
            double second = generator.start("two " + end, one).complete().logProbability();
            difference += Math.abs(first - second);
        }
        assertThat(difference).isPositive();
    }
}
