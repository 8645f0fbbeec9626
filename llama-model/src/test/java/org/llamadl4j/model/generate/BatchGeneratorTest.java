package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LogitsPass;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

class BatchGeneratorTest {

    private static final Kernels KERNELS = CpuKernels.create(2);
    private static final LlamaModel MODEL = TinyModel.of(640, KERNELS);
    private static final LlamaModel ENDLESS = TinyModel.endless(640, KERNELS);

    private static GenerationOptions greedy(int tokens) {
        return GenerationOptions.builder().temperature(0).maxNewTokens(tokens).build();
    }

    private static int[] random(Random random, int length) {
        return random.ints(length, 0, MODEL.config().vocabSize()).toArray();
    }

    private static List<Completion> alone(List<Prompt> prompts) {
        return prompts.stream()
                .map(prompt -> {
                    Session session = new Session(MODEL);
                    session.append(prompt.tokens());
                    return session.generate(prompt.options()).complete();
                })
                .toList();
    }

    /** 500 tokens of each of four prompts of different lengths, each against the whole text computed anew. */
    @Test
    void greedyTextIsThatOfRecomputation() {
        Random random = new Random(1);
        List<Prompt> prompts = IntStream.of(1, 7, 40, 130)
                .mapToObj(length -> new Prompt(random(random, length), greedy(500)))
                .toList();
        List<Completion> completions = new BatchGenerator(ENDLESS, 4, 640).complete(prompts);
        LogitsPass recomputation = new LogitsPass(ENDLESS.weights(), KERNELS);
        double leastMargin = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 4; i++) {
            int[] generated = TinyModel.ids(completions.get(i));
            assertThat(generated).hasSize(500);
            int[] prompt = prompts.get(i).tokens();
            int[] text = TinyModel.joined(prompt, generated);
            for (int length = prompt.length; length < text.length; length++) {
                float[] logits = recomputation.run(text, length);
                int likeliest = 0;
                float second = Float.NEGATIVE_INFINITY;
                for (int id = 1; id < logits.length; id++) {
                    if (logits[id] > logits[likeliest]) {
                        second = logits[likeliest];
                        likeliest = id;
                    } else {
                        second = Math.max(second, logits[id]);
                    }
                }
                assertThat(text[length]).isEqualTo(likeliest);
                leastMargin = Math.min(leastMargin, logits[likeliest] - (double) second);
            }
        }
        // Or rounding would decide, and the test would say nothing.
        assertThat(leastMargin).isGreaterThan(1e-4);
    }

    /** Far more prompts than sequences, of many lengths, some with samples of one prompt among them. */
    @Test
    void aTextDoesNotDependOnThoseBesideIt() {
        Random random = new Random(2);
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int[] tokens = random(random, 1 + random.nextInt(60));
            for (int sample = 0; sample < 1 + i % 3; sample++) {
                prompts.add(new Prompt(
                        tokens,
                        GenerationOptions.builder()
                                .temperature(1)
                                .topP(0.9)
                                .minP(0.01)
                                .maxNewTokens(1 + random.nextInt(40))
                                .seed(random.nextLong())
                                .build()));
            }
        }
        List<Completion> alone = alone(prompts);
        for (int sequences : new int[] {1, 3, 8}) {
            List<Completion> together = new BatchGenerator(MODEL, sequences, 640).complete(prompts);
            for (int i = 0; i < alone.size(); i++) {
                assertThat(TinyModel.ids(together.get(i))).isEqualTo(TinyModel.ids(alone.get(i)));
                assertThat(together.get(i).text()).isEqualTo(alone.get(i).text());
                assertThat(together.get(i).stopReason()).isEqualTo(alone.get(i).stopReason());
                assertThat(together.get(i).promptTokens())
                        .isEqualTo(alone.get(i).promptTokens());
            }
        }
    }

    /** A prompt that others share is longer than a pass. */
    @Test
    void promptsWithOneBeginningAreContinuedAsIfAlone() {
        Random random = new Random(3);
        int[] examples = random(random, 400);
        List<Prompt> prompts = IntStream.range(0, 6)
                .mapToObj(i -> new Prompt(TinyModel.joined(examples, random(random, 1 + 3 * i)), greedy(20)))
                .toList();
        List<Completion> alone = alone(prompts);
        BatchGenerator generator = new BatchGenerator(MODEL, 4, 640);
        for (int round = 0; round < 2; round++) {
            List<Completion> together = generator.complete(prompts);
            for (int i = 0; i < alone.size(); i++) {
                assertThat(TinyModel.ids(together.get(i))).isEqualTo(TinyModel.ids(alone.get(i)));
            }
        }
    }

    @Test
    void ringsAreContinuedAsIfAlone() {
        Random random = new Random(4);
        int[] examples = random(random, 60);
        List<Prompt> prompts = IntStream.range(0, 6)
                .mapToObj(i -> new Prompt(TinyModel.joined(examples, random(random, 1 + i)), greedy(40)))
                .toList();
        List<Completion> together = new BatchGenerator(MODEL, 3, 32).complete(prompts);
        for (int i = 0; i < prompts.size(); i++) {
            Session session = new Session(MODEL, 32);
            session.append(prompts.get(i).tokens());
            assertThat(TinyModel.ids(together.get(i)))
                    .isEqualTo(TinyModel.ids(session.generate(greedy(40)).complete()));
        }
    }

    @Test
    void aPromptThatFillsTheContextHasNoContinuation() {
        List<Prompt> prompts = List.of(
                new Prompt(new int[700], greedy(5)),
                new Prompt(new int[640], greedy(5)),
                new Prompt(new int[] {1}, greedy(5)));
        List<Completion> completions = new BatchGenerator(MODEL, 2, 640).complete(prompts);
        assertThat(completions.subList(0, 2)).allSatisfy(completion -> {
            assertThat(completion.tokens()).isEmpty();
            assertThat(completion.stopReason()).isEqualTo(StopReason.CONTEXT);
        });
        assertThat(completions.get(2).tokens()).isNotEmpty();
        assertThat(new BatchGenerator(MODEL, 2, 640).complete(List.of())).isEmpty();
    }

    @Test
    void saysWhenEachEnds() {
        List<Prompt> prompts = List.of(
                new Prompt(new int[] {1, 5}, greedy(30)),
                new Prompt(new int[] {1, 6}, greedy(2)),
                new Prompt(new int[] {1, 7}, greedy(0)));
        List<Integer> order = new ArrayList<>();
        new BatchGenerator(ENDLESS, 3, 640).complete(prompts, (index, completion) -> order.add(index));
        assertThat(order).containsExactly(2, 1, 0);
        assertThat(Collections.max(order)).isEqualTo(2);
    }
}
