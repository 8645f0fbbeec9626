package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.LogitsPass;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

/** New tokens over a cache, against the whole sequence computed anew. */
class DecoderPassTest {

    private static final Kernels KERNELS = CpuKernels.create(2);

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(32)
            .layers(3)
            .heads(4)
            .kvHeads(2)
            .headDim(12)
            .hiddenDim(56)
            .vocabSize(101)
            .contextLength(256)
            .normEps(1e-5)
            .ropeTheta(10000)
            .build();

    /** Ten times as large as at the start of training, so that attention has something to choose from. */
    private static final LlamaWeights WEIGHTS = weights(CONFIG);

    static LlamaWeights weights(LlamaConfig config) {
        LlamaWeights weights = LlamaWeights.initialise(config, 5, KERNELS);
        weights.tensors().forEach((name, tensor) -> {
            if (tensor.shape().length == 2) {
                float[] values = new float[(int) tensor.size()];
                KERNELS.read(tensor.buffer(), 0, values, 0, values.length);
                for (int i = 0; i < values.length; i++) {
                    values[i] *= 10;
                }
                KERNELS.write(values, 0, tensor.buffer(), 0, values.length);
            }
        });
        return weights;
    }

    private final LogitsPass recomputation = new LogitsPass(WEIGHTS, KERNELS);

    private static int[] random(Random random, int length) {
        return random.ints(length, 0, CONFIG.vocabSize()).toArray();
    }

    private void assertPredicts(Prediction prediction, int[] sequence) {
        int length = prediction.position() + 1;
        float[] expected = recomputation.run(sequence, length);
        assertClose(prediction.logits(), expected);
        double sum = 0;
        for (float logit : expected) {
            sum += Math.exp(logit);
        }
        assertThat(prediction.logSumExp()).isCloseTo(Math.log(sum), within(1e-4));
        assertThat(prediction.logProbability(7)).isCloseTo(expected[7] - Math.log(sum), within(1e-4));
    }

    private static void assertClose(float[] actual, float[] expected) {
        double error = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            error += Math.pow((double) actual[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        assertThat(Math.sqrt(error / norm)).isLessThan(1e-5);
    }

    /** Any number of tokens of any of three sequences in each run, any of them asking what follows. */
    @Property(tries = 30)
    void predictsWhatRecomputationDoes(@ForAll @IntRange(min = 1, max = 40) int mostRows, @ForAll Random random) {
        List<int[]> sequences =
                IntStream.range(0, 3).mapToObj(s -> random(random, 60)).toList();
        KvCache cache = new KvCache(CONFIG, 3, 60, KERNELS);
        DecoderPass pass = new DecoderPass(WEIGHTS, cache, mostRows, KERNELS);
        for (int run = 0; run < 12; run++) {
            List<int[]> wanted = new ArrayList<>();
            int first = random.nextInt(3);
            for (int s = first; s < first + 3; s++) {
                int sequence = s % 3;
                int count = Math.min(random.nextInt(12), Math.min(pass.room(), 60 - cache.length(sequence)));
                for (int i = 0; i < count; i++) {
                    boolean predict = random.nextInt(3) == 0;
                    if (predict) {
                        wanted.add(new int[] {sequence, cache.length(sequence)});
                    }
                    pass.add(sequence, sequences.get(sequence)[cache.length(sequence)], predict);
                }
            }
            List<int[]> predicted = new ArrayList<>();
            pass.run(prediction -> {
                predicted.add(new int[] {prediction.sequence(), prediction.position()});
                assertPredicts(prediction, sequences.get(prediction.sequence()));
            });
            assertThat(predicted).usingRecursiveComparison().isEqualTo(wanted);
        }
    }

    @Property(tries = 10)
    void chunksOfAPromptDoNotMatter(
            @ForAll @IntRange(min = 2, max = 150) int length,
            @ForAll @IntRange(min = 1, max = 64) int chunk,
            @ForAll Random random) {
        int[] prompt = random(random, length);
        float[] whole = prefill(prompt, length);
        assertClose(prefill(prompt, chunk), whole);
        assertClose(prefill(prompt, 1), whole);
    }

    /** The logits after {@code prompt}, computed {@code chunk} tokens at a time. */
    private static float[] prefill(int[] prompt, int chunk) {
        DecoderPass pass = new DecoderPass(WEIGHTS, new KvCache(CONFIG, 1, prompt.length, KERNELS), chunk, KERNELS);
        List<float[]> logits = new ArrayList<>();
        for (int i = 0; i < prompt.length; i++) {
            pass.add(0, prompt[i], i == prompt.length - 1);
            if (pass.room() == 0 || i == prompt.length - 1) {
                pass.run(prediction -> logits.add(prediction.logits().clone()));
            }
        }
        assertThat(logits).hasSize(1);
        return logits.get(0);
    }

    /** More predictions than are computed at once, and more numbers of rows than plans are kept. */
    @Test
    void predictsManyRowsAtOnce() {
        int[] sequence = random(new Random(8), 100);
        DecoderPass pass = new DecoderPass(WEIGHTS, new KvCache(CONFIG, 1, 100, KERNELS), KERNELS);
        for (int token : sequence) {
            pass.add(0, token, true);
        }
        List<Integer> positions = new ArrayList<>();
        pass.run(prediction -> {
            positions.add(prediction.position());
            assertPredicts(prediction, sequence);
        });
        assertThat(positions).isEqualTo(IntStream.range(0, 100).boxed().toList());
        for (int rows = 1; rows <= 40; rows++) {
            pass.cache().truncate(0, 50 - rows);
            for (int i = 50 - rows; i < 50; i++) {
                pass.add(0, sequence[i], i == 49);
            }
            pass.run(prediction -> assertPredicts(prediction, sequence));
        }
    }

    /** As answers to one question are scored. */
    @Property(tries = 10)
    void answersShareTheQuestion(@ForAll @IntRange(min = 1, max = 70) int question, @ForAll Random random) {
        int[] first = random(random, question + 6);
        int[] second = Arrays.copyOf(first, first.length);
        int[] third = Arrays.copyOf(first, first.length);
        System.arraycopy(random(random, 6), 0, second, question, 6);
        System.arraycopy(random(random, 6), 0, third, question, 6);
        List<int[]> texts = List.of(first, second, third);
        KvCache cache = new KvCache(CONFIG, 3, question + 6, KERNELS);
        DecoderPass pass = new DecoderPass(WEIGHTS, cache, KERNELS);
        for (int i = 0; i < question; i++) {
            pass.add(0, first[i], false);
        }
        pass.run(prediction -> assertThat(prediction).isNull());
        cache.fork(0, 1, question);
        cache.fork(0, 2, question);
        for (int s = 0; s < 3; s++) {
            for (int i = question; i < question + 6; i++) {
                pass.add(s, texts.get(s)[i], true);
            }
        }
        pass.run(prediction -> assertPredicts(prediction, texts.get(prediction.sequence())));
        cache.truncate(1, question);
        for (int i = question; i < question + 6; i++) {
            pass.add(1, third[i], true);
        }
        pass.run(prediction -> assertPredicts(prediction, third));
    }

    /** Layer upon layer, a token reaches further back than its window, so there is no recomputation to compare with but this. */
    @Property(tries = 10)
    void aRingDoesNotDependOnHowItIsFilled(
            @ForAll @IntRange(min = 1, max = 70) int slots,
            @ForAll @IntRange(min = 1, max = 64) int chunk,
            @ForAll Random random) {
        int[] sequence = random(random, 150);
        assertClose(ring(sequence, slots, chunk), ring(sequence, slots, 1));
    }

    @Test
    void aRingForgets() {
        int[] sequence = random(new Random(3), 100);
        int[] other = sequence.clone();
        // Three layers reach three windows of 10 back, less one position each.
        Arrays.fill(other, 0, 100 - (3 * 9 + 1), 1);
        assertThat(ring(other, 10, 7)).isNotEqualTo(ring(sequence, 100, 7));
        assertClose(ring(other, 10, 7), ring(sequence, 10, 7));
        other[100 - (3 * 9 + 1)]++;
        assertThat(ring(other, 10, 7)).isNotEqualTo(ring(sequence, 10, 7));
    }

    private static float[] ring(int[] sequence, int slots, int chunk) {
        DecoderPass pass = new DecoderPass(WEIGHTS, new KvCache(CONFIG, 1, slots, KERNELS), chunk, KERNELS);
        float[][] last = new float[1][];
        for (int i = 0; i < sequence.length; i++) {
            pass.add(0, sequence[i], i == sequence.length - 1);
            if (pass.room() == 0 || i == sequence.length - 1) {
                pass.run(prediction -> last[0] = prediction.logits().clone());
            }
        }
        return last[0];
    }

    @Test
    void runsOnlyWhatWasAdded() {
        DecoderPass pass = new DecoderPass(WEIGHTS, new KvCache(CONFIG, 1, 4, KERNELS), 2, KERNELS);
        pass.run(prediction -> assertThat(prediction).isNull());
        pass.add(0, 1, true);
        pass.add(0, 1, true);
        assertThat(pass.room()).isZero();
        assertThatThrownBy(() -> pass.add(0, 1, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("2 rows");
        pass.run(prediction -> {});
        assertThat(pass.room()).isEqualTo(2);
    }
}
