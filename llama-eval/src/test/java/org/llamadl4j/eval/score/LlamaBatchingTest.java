package org.llamadl4j.eval.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.llamadl4j.eval.request.AnswerStore;
import org.llamadl4j.eval.request.Batch;
import org.llamadl4j.eval.request.BatchedModel;
import org.llamadl4j.eval.request.GenerateUntil;
import org.llamadl4j.eval.request.GeneratedText;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;
import org.llamadl4j.eval.request.RollingLogLikelihood;
import org.llamadl4j.eval.request.Sampling;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LogitsPass;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.generate.KvCache;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.ByteTokenizer;
import org.llamadl4j.model.tokenizer.Tokenizer;

/** Requests in batches, against each alone by a model that computes every sequence anew. */
class LlamaBatchingTest {

    private static final Kernels KERNELS = CpuKernels.create(2);
    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();
    private static final LlamaModel MODEL = model(100);

    /** Weights large enough that a token depends on what came before. */
    private static LlamaModel model(int contextLength) {
        LlamaConfig config = LlamaConfig.builder()
                .dim(16)
                .layers(2)
                .heads(4)
                .kvHeads(2)
                .hiddenDim(24)
                .vocabSize(TOKENIZER.vocabSize())
                .contextLength(contextLength)
                .normEps(1e-5)
                .ropeTheta(10000)
                .build();
        LlamaWeights weights = LlamaWeights.initialise(config, 1, KERNELS);
        Random random = new Random(2);
        for (String name : weights.names()) {
            Tensor weight = weights.get(name);
            float[] values = new float[(int) weight.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian() * 0.5f;
            }
            KERNELS.write(values, 0, weight.buffer(), 0, values.length);
        }
        return new LlamaModel(config, weights, TOKENIZER, KERNELS);
    }

    private static List<Response> answer(LlamaModel model, long cacheBytes, List<Request> requests) {
        return new BatchedModel(new LlamaBatching(model, cacheBytes)).answer(requests);
    }

    /** A cache with room for {@code count} sequences of the model's whole context. */
    private static long cache(int count) {
        return KvCache.bytes(MODEL.config(), count, MODEL.config().contextLength());
    }

    // ---------------------------------------------------------------- the same, each alone

    private static Likelihood alone(int[] tokens, int firstScored) {
        LogitsPass pass = new LogitsPass(MODEL.weights(), KERNELS);
        double sum = 0;
        boolean greedy = true;
        for (int i = firstScored; i < tokens.length; i++) {
            float[] logits = pass.run(tokens, i);
            double total = 0;
            int best = 0;
            for (int id = 0; id < logits.length; id++) {
                total += Math.exp(logits[id]);
                best = logits[id] > logits[best] ? id : best;
            }
            sum += logits[tokens[i]] - Math.log(total);
            greedy &= best == tokens[i];
        }
        return new Likelihood(sum, tokens.length - firstScored, greedy);
    }

    /** With BOS, and cut to the end that the model can read. */
    private static Likelihood alone(LogLikelihood request) {
        int[] text = TOKENIZER.encode(request.context().stripTrailing());
        int[] whole = TOKENIZER.encode(request.context() + request.continuation());
        int kept = Math.min(whole.length, MODEL.config().contextLength());
        int[] tokens = IntStream.concat(
                        IntStream.of(TOKENIZER.bosId()), IntStream.of(whole).skip(whole.length - kept))
                .toArray();
        return alone(tokens, tokens.length - (whole.length - text.length));
    }

    private static void assertSame(Response actual, Likelihood expected) {
        Likelihood likelihood = (Likelihood) actual;
        assertThat(likelihood.logLikelihood()).isCloseTo(expected.logLikelihood(), within(1e-4));
        assertThat(likelihood.tokens()).isEqualTo(expected.tokens());
        assertThat(likelihood.greedy()).isEqualTo(expected.greedy());
    }

    // ---------------------------------------------------------------- likelihoods

    /** Questions with answers of any length, some the same, some the beginning of another. */
    private static List<Request> questions(Random random) {
        List<Request> requests = new ArrayList<>();
        String trunk = letters(random, random.nextInt(40));
        for (int question = 0; question < 8; question++) {
            String context = trunk + letters(random, random.nextInt(90)) + (random.nextBoolean() ? " " : "");
            int answers = 1 + random.nextInt(4);
            String answer = "";
            for (int i = 0; i < answers; i++) {
                answer = (random.nextBoolean() ? answer : " ") + letters(random, 1 + random.nextInt(6));
                requests.add(new LogLikelihood(context, answer));
            }
        }
        return requests;
    }

    private static String letters(Random random, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }

    @Property(tries = 20)
    void likelihoodsAreThoseOfEachRequestAlone(@ForAll Random random) {
        List<Request> requests = questions(random);
        List<Response> responses = answer(MODEL, cache(2 + random.nextInt(30)), requests);
        for (int i = 0; i < requests.size(); i++) {
            assertSame(responses.get(i), alone((LogLikelihood) requests.get(i)));
        }
    }

    @Test
    void spaceAtTheEndOfAContextBelongsToTheContinuation() {
        List<Response> responses =
                answer(MODEL, cache(4), List.of(new LogLikelihood("abc ", "d"), new LogLikelihood("abc", " d")));
        assertThat(responses.get(0)).isEqualTo(responses.get(1));
        assertThat(((Likelihood) responses.get(0)).tokens()).isEqualTo(2);
    }

    @Test
    void nothingIsComputedTwiceThatAnswersShare() {
        String question = "a question of some length, and its answer:";
        List<Request> requests = List.of(
                new LogLikelihood(question, " A"),
                new LogLikelihood(question, " B"),
                new LogLikelihood(question, " C"));
        List<Batch> batches = new LlamaBatching(MODEL, cache(4)).batches(requests);
        assertThat(batches).hasSize(1);
        int rows = 1 + question.length() + 1; // BOS, and the space before each letter
        assertThat(batches.get(0).asked()).isEqualTo(3L * rows);
        assertThat(batches.get(0).work()).isEqualTo(rows);
    }

    @Test
    void longestComeFirst() {
        List<Request> requests = IntStream.range(1, 80)
                .<Request>mapToObj(length -> new LogLikelihood(length + "x".repeat(length), "!"))
                .toList();
        List<Batch> batches = new LlamaBatching(model(1000), 1).batches(requests);
        assertThat(batches).hasSizeGreaterThan(2);
        List<Integer> lengths = batches.stream()
                .map(batch -> batch.requests().stream()
                        .mapToInt(request -> ((LogLikelihood) request).context().length())
                        .max()
                        .orElseThrow())
                .toList();
        assertThat(lengths).isSortedAccordingTo(Collections.reverseOrder());
    }

    @Test
    void everyRequestIsInOneBatch() {
        List<Request> requests = new ArrayList<>();
        for (int seed = 0; seed < 10; seed++) {
            requests.addAll(questions(new Random(seed)));
        }
        List<Request> distinct = List.copyOf(new HashSet<>(requests));
        for (int slots = 1; slots < 20; slots += 3) {
            List<Request> batched = new ArrayList<>();
            new LlamaBatching(MODEL, cache(slots)).batches(distinct).forEach(batch -> batched.addAll(batch.requests()));
            assertThat(batched).containsExactlyInAnyOrderElementsOf(distinct);
        }
    }

    @Test
    void aWholeTextIsPredictedInWindows() {
        String text = letters(new Random(3), 450);
        int[] tokens = IntStream.concat(IntStream.of(TOKENIZER.bosId()), IntStream.of(TOKENIZER.encode(text)))
                .toArray();
        int context = MODEL.config().contextLength();
        double sum = 0;
        for (int begin = 0; begin < tokens.length - 1; begin += context) {
            int end = Math.min(tokens.length, begin + context + 1);
            sum += alone(IntStream.range(begin, end).map(i -> tokens[i]).toArray(), 1)
                    .logLikelihood();
        }
        List<Response> responses = answer(
                MODEL,
                cache(3),
                List.of(new RollingLogLikelihood(text), new RollingLogLikelihood(""), new LogLikelihood("", text)));
        assertSame(responses.get(0), new Likelihood(sum, 450, false));
        assertThat(responses.get(1)).isEqualTo(new Likelihood(0, 0, true));
        // Longer than the model's context: as a whole text.
        assertSame(responses.get(2), new Likelihood(sum, 450, false));
    }

    // ---------------------------------------------------------------- texts

    private static String aloneGreedy(GenerateUntil request) {
        LogitsPass pass = new LogitsPass(MODEL.weights(), KERNELS);
        int[] context = TOKENIZER.encode(request.context());
        int most = Math.max(MODEL.config().contextLength() - request.maxNewTokens(), 50) - 1;
        int kept = Math.min(context.length, most);
        int[] tokens = new int[MODEL.config().contextLength() + 1];
        tokens[0] = TOKENIZER.bosId();
        System.arraycopy(context, context.length - kept, tokens, 1, kept);
        int prompt = kept + 1;
        Tokenizer.StreamingDecoder decoder = TOKENIZER.streamingDecoder();
        StringBuilder text = new StringBuilder();
        for (int length = prompt; length - prompt < request.maxNewTokens() && length < tokens.length - 1; length++) {
            float[] logits = pass.run(tokens, length);
            int best = IntStream.range(0, logits.length)
                    .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                    .orElseThrow();
            if (best == TOKENIZER.eosId()) {
                break;
            }
            tokens[length] = best;
            text.append(decoder.append(best));
            for (String stop : request.stops()) {
                if (text.indexOf(stop) >= 0) {
                    return text.substring(0, text.indexOf(stop));
                }
            }
        }
        return text + decoder.finish();
    }

    /** More texts than there are slots, of different lengths, some with the same beginnings. */
    @Property(tries = 10)
    void textsAreThoseOfEachRequestAlone(@ForAll Random random) {
        List<Request> requests = new ArrayList<>();
        String trunk = letters(random, 30);
        for (int i = 0; i < 12; i++) {
            String context = (random.nextBoolean() ? trunk : "") + letters(random, random.nextInt(100));
            requests.add(new GenerateUntil(context, List.of("e", "zz"), 1 + random.nextInt(60), Sampling.GREEDY));
        }
        List<Response> responses = answer(MODEL, cache(2 + random.nextInt(4)), requests);
        for (int i = 0; i < requests.size(); i++) {
            assertThat(((GeneratedText) responses.get(i)).text())
                    .isEqualTo(aloneGreedy((GenerateUntil) requests.get(i)));
        }
    }

    @Test
    void samplesDifferAndRepeat() {
        List<Request> requests = IntStream.range(0, 9)
                .<Request>mapToObj(index -> new GenerateUntil("abcabc", List.of(), 20, new Sampling(1, 0.95, 7, index)))
                .toList();
        List<Response> responses = answer(MODEL, cache(4), requests);
        assertThat(new HashSet<>(responses)).hasSize(9);
        assertThat(answer(MODEL, cache(4), requests)).isEqualTo(responses);
        // Alone it is the same text as among others.
        assertThat(answer(MODEL, cache(4), requests.subList(3, 4))).containsExactly(responses.get(3));
        assertThat(responses).allSatisfy(response -> {
            GeneratedText text = (GeneratedText) response;
            assertThat(text.complete() || text.tokens() == 20).isTrue();
        });
    }

    @Test
    void brokenWeightsAreNamed() {
        LlamaModel broken = model(60);
        Tensor norm = broken.weights().get(LlamaWeights.NORM);
        KERNELS.write(new float[] {Float.NaN}, 0, norm.buffer(), 0, 1);
        for (Request request :
                List.of(new LogLikelihood("a", "b"), new GenerateUntil("a", List.of(), 3, Sampling.GREEDY))) {
            assertThatThrownBy(() -> answer(broken, 1, List.of(request)))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("weights are broken");
        }
    }

    @Test
    void equalRequestsAreComputedOnce() {
        List<Integer> computed = new ArrayList<>();
        BatchedModel.Watcher watcher = new BatchedModel.Watcher() {
            @Override
            public void begins(int requests, int known, List<Batch> batches) {
                computed.add(requests);
                computed.add(known);
            }
        };
        BatchedModel model = new BatchedModel(new LlamaBatching(MODEL, 1), AnswerStore.inMemory(), watcher);
        LogLikelihood request = new LogLikelihood("a", "b");
        List<Response> responses = model.answer(List.of(request, request, new LogLikelihood("a", "c")));
        assertThat(responses.get(0)).isEqualTo(responses.get(1)).isNotEqualTo(responses.get(2));
        model.answer(List.of(request));
        assertThat(computed).containsExactly(2, 0, 1, 1);
    }
}
