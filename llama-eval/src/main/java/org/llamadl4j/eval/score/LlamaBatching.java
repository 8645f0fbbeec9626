package org.llamadl4j.eval.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.llamadl4j.eval.request.Batch;
import org.llamadl4j.eval.request.Batching;
import org.llamadl4j.eval.request.GenerateUntil;
import org.llamadl4j.eval.request.GeneratedText;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;
import org.llamadl4j.eval.request.RollingLogLikelihood;
import org.llamadl4j.eval.request.Sampling;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.generate.BatchGenerator;
import org.llamadl4j.model.generate.Completion;
import org.llamadl4j.model.generate.DecoderPass;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.KvCache;
import org.llamadl4j.model.generate.Prompt;
import org.llamadl4j.model.generate.StopReason;

/**
 * Answers requests with a LLaMA. Requests that begin with the same tokens come into the same batch, where these are computed
 * once; the longest come first, so that too little memory shows at the beginning and the time left is rather over- than
 * underestimated. Not for several threads at once.
 */
public final class LlamaBatching implements Batching {

    private static final long CACHE_BYTES = 1L << 30;
    private static final int MOST_SLOTS = 64;

    /** With one more a batch of scored sequences could not wait for anything; with less nothing could be generated. */
    private static final int FEWEST_SLOTS = 2;

    /** Generated texts of a batch for each that can grow at once: the more, the less stands idle at the end. */
    private static final int TEXTS_FOR_A_SLOT = 2;

    private static final int SHORTEST_CACHE = 64;

    private final LlamaModel model;
    private final RequestTokens tokens;
    private final long cacheBytes;

    /** What the last batch was computed with; the next mostly needs the same. */
    private DecoderPass pass;

    private BatchGenerator generator;
    private int generatorLength;

    /** With a cache of keys and values of about 1 GiB. */
    public LlamaBatching(LlamaModel model) {
        this(model, CACHE_BYTES);
    }

    /** @param cacheBytes what keys and values may take, where that is enough for two sequences */
    public LlamaBatching(LlamaModel model, long cacheBytes) {
        this.model = model;
        this.cacheBytes = cacheBytes;
        tokens = new RequestTokens(model.tokenizer(), model.config().contextLength());
    }

    @Override
    public List<Batch> batches(List<Request> requests) {
        List<Scored> scored = new ArrayList<>();
        List<Generated> generated = new ArrayList<>();
        for (Request request : requests) {
            if (request instanceof GenerateUntil generate) {
                generated.add(new Generated(generate, tokens.of(generate)));
            } else if (request instanceof LogLikelihood likelihood) {
                scored.add(new Scored(request, tokens.of(likelihood)));
            } else {
                scored.add(new Scored(request, tokens.of((RollingLogLikelihood) request)));
            }
        }
        List<Batch> batches = new ArrayList<>();
        scoringBatches(scored, batches);
        generationBatches(generated, batches);
        return batches;
    }

    /** A length of a cache that is good for sequences of up to {@code length} tokens. */
    private int cacheLength(int length) {
        int rounded = SHORTEST_CACHE;
        while (rounded < length) {
            rounded *= 2;
        }
        return Math.min(rounded, model.config().contextLength());
    }

    private int slots(int cacheLength) {
        long slots = cacheBytes / KvCache.bytes(model.config(), 1, cacheLength);
        return (int) Math.max(FEWEST_SLOTS, Math.min(MOST_SLOTS, slots));
    }

    private DecoderPass pass(int cacheLength) {
        if (pass == null || pass.cache().slots() != cacheLength) {
            generator = null;
            KvCache cache = new KvCache(model.config(), slots(cacheLength), cacheLength, model.kernels());
            pass = new DecoderPass(model.weights(), cache, model.kernels());
        }
        return pass;
    }

    private BatchGenerator generator(int cacheLength) {
        if (generator == null || generatorLength != cacheLength) {
            pass = null;
            generator = new BatchGenerator(model, slots(cacheLength), cacheLength);
            generatorLength = cacheLength;
        }
        return generator;
    }

    // ---------------------------------------------------------------- likelihoods

    /** A request of a likelihood, in as many windows as it takes; none if its text is empty. */
    private record Scored(Request request, List<TokenSequence> windows) {

        int[] firstTokens() {
            return windows.isEmpty() ? new int[0] : windows.get(0).tokens();
        }

        int longest() {
            return windows.stream().mapToInt(TokenSequence::rows).max().orElse(1);
        }

        int rows() {
            return windows.stream().mapToInt(TokenSequence::rows).sum();
        }

        int commonRows(Scored other) {
            return windows.isEmpty() || other.windows.isEmpty()
                    ? 0
                    : windows.get(0).commonRows(other.windows.get(0));
        }
    }

    private void scoringBatches(List<Scored> scored, List<Batch> batches) {
        List<Scored> current = new ArrayList<>();
        int length = 0;
        int used = 0;
        for (List<Scored> cluster : clusters(scored)) {
            int longest = cluster.stream().mapToInt(Scored::longest).max().orElseThrow();
            int needed = slotsNeeded(cluster);
            // What begins alike stays together where it can.
            if (!current.isEmpty() && used + needed > slots(length)) {
                batches.add(new ScoringBatch(current, length));
                current = new ArrayList<>();
            }
            for (Scored request : cluster) {
                if (current.isEmpty()) {
                    length = cacheLength(longest);
                    used = 0;
                }
                int own = slotsNeeded(current.isEmpty() ? null : current.get(current.size() - 1), request);
                if (!current.isEmpty() && used + own > slots(length)) {
                    batches.add(new ScoringBatch(current, length));
                    current = new ArrayList<>();
                    length = cacheLength(longest);
                    own = slotsNeeded(null, request);
                    used = 0;
                }
                current.add(request);
                used += own;
            }
        }
        if (!current.isEmpty()) {
            batches.add(new ScoringBatch(current, length));
        }
    }

    /** Requests that begin alike, those with the longest first, and inside in the order of their tokens. */
    private static List<List<Scored>> clusters(List<Scored> scored) {
        List<Scored> sorted = new ArrayList<>(scored);
        sorted.sort(Comparator.comparing(Scored::firstTokens, Arrays::compare));
        List<List<Scored>> clusters = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            Scored request = sorted.get(i);
            if (i == 0 || !SharedPrefixes.isWorthWaiting(request.commonRows(sorted.get(i - 1)), request.longest())) {
                clusters.add(new ArrayList<>());
            }
            clusters.get(clusters.size() - 1).add(request);
        }
        clusters.sort(Comparator.comparingInt((List<Scored> cluster) ->
                        cluster.stream().mapToInt(Scored::longest).max().orElseThrow())
                .reversed());
        return clusters;
    }

    private static int slotsNeeded(List<Scored> cluster) {
        int needed = 0;
        Scored before = null;
        for (Scored request : cluster) {
            needed += slotsNeeded(before, request);
            before = request;
        }
        return needed;
    }

    /** A request all of whose rows are computed for {@code before} needs no slot. */
    private static int slotsNeeded(Scored before, Scored request) {
        boolean own = before == null
                || request.windows().size() != 1
                || request.commonRows(before) < request.windows().get(0).rows();
        return own ? request.windows().size() : 0;
    }

    /** Likelihoods that are computed together. */
    private final class ScoringBatch implements Batch {

        private final List<Scored> scored;
        private final int length;

        ScoringBatch(List<Scored> scored, int length) {
            this.scored = List.copyOf(scored);
            this.length = length;
        }

        @Override
        public List<Request> requests() {
            return scored.stream().map(Scored::request).toList();
        }

        @Override
        public long asked() {
            return scored.stream().mapToLong(Scored::rows).sum();
        }

        @Override
        public long work() {
            long work = 0;
            for (int i = 0; i < scored.size(); i++) {
                Scored request = scored.get(i);
                int common = i == 0 ? 0 : request.commonRows(scored.get(i - 1));
                work += request.rows() - (SharedPrefixes.isWorthWaiting(common, request.longest()) ? common : 0);
            }
            return work;
        }

        @Override
        public List<Response> answer() {
            List<TokenSequence> windows = scored.stream()
                    .flatMap(request -> request.windows().stream())
                    .toList();
            int slots = slots(length);
            SequenceScorer scorer = new SequenceScorer(pass(length));
            List<Likelihood> likelihoods = new ArrayList<>();
            if (scored.size() > 1) {
                likelihoods.addAll(scorer.score(windows));
            } else { // perhaps a text of more windows than there are slots
                for (int i = 0; i < windows.size(); i += slots) {
                    likelihoods.addAll(scorer.score(windows.subList(i, Math.min(windows.size(), i + slots))));
                }
            }
            List<Response> responses = new ArrayList<>();
            int next = 0;
            for (Scored request : scored) {
                int count = request.windows().size();
                responses.add(sum(likelihoods.subList(next, next + count)));
                next += count;
            }
            return responses;
        }

        private static Likelihood sum(List<Likelihood> windows) {
            return new Likelihood(
                    windows.stream().mapToDouble(Likelihood::logLikelihood).sum(),
                    windows.stream().mapToInt(Likelihood::tokens).sum(),
                    windows.stream().allMatch(Likelihood::greedy));
        }
    }

    // ---------------------------------------------------------------- texts

    /** A request of a text, with the tokens of its context. */
    private record Generated(GenerateUntil request, int[] prompt) {

        int longest() {
            return prompt.length + request.maxNewTokens();
        }

        Prompt toPrompt() {
            Sampling sampling = request.sampling();
            return new Prompt(
                    prompt,
                    GenerationOptions.builder()
                            .maxNewTokens(request.maxNewTokens())
                            .stopStrings(request.stops())
                            .temperature(sampling.temperature())
                            .topP(sampling.topP())
                            .seed(seed(sampling))
                            .build());
        }

        /** Samples of one context differ, and so do those of several contexts. */
        private long seed(Sampling sampling) {
            long mixed = new SplittableRandom(sampling.seed()).nextLong() ^ Arrays.hashCode(prompt);
            return new SplittableRandom(mixed).nextLong() + sampling.index();
        }
    }

    private void generationBatches(List<Generated> generated, List<Batch> batches) {
        Function<Generated, Integer> length = request -> cacheLength(request.longest());
        List<Generated> sorted = new ArrayList<>(generated);
        sorted.sort(Comparator.comparing(length)
                .reversed()
                .thenComparing(Generated::prompt, Arrays::compare)
                .thenComparing(request -> request.request().sampling().index()));
        for (int begin = 0; begin < sorted.size(); ) {
            int cacheLength = length.apply(sorted.get(begin));
            int most = TEXTS_FOR_A_SLOT * slots(cacheLength);
            int end = begin + 1;
            while (end < sorted.size() && end - begin < most && length.apply(sorted.get(end)) == cacheLength) {
                end++;
            }
            batches.add(new GenerationBatch(sorted.subList(begin, end), cacheLength));
            begin = end;
        }
    }

    /** Texts that grow together. */
    private final class GenerationBatch implements Batch {

        private final List<Generated> generated;
        private final int length;

        GenerationBatch(List<Generated> generated, int length) {
            this.generated = List.copyOf(generated);
            this.length = length;
        }

        @Override
        public List<Request> requests() {
            return generated.stream().<Request>map(Generated::request).toList();
        }

        @Override
        public long asked() {
            return generated.stream().mapToLong(Generated::longest).sum();
        }

        @Override
        public long work() {
            long work = 0;
            for (int i = 0; i < generated.size(); i++) {
                int[] prompt = generated.get(i).prompt();
                int common = i == 0 ? 0 : Arrays.mismatch(generated.get(i - 1).prompt(), prompt);
                work += generated.get(i).longest() - (common < 0 ? prompt.length - 1 : common);
            }
            return work;
        }

        @Override
        public List<Response> answer() {
            List<Prompt> prompts = generated.stream().map(Generated::toPrompt).toList();
            return generator(length).complete(prompts).stream()
                    .<Response>map(GenerationBatch::response)
                    .toList();
        }

        private static GeneratedText response(Completion completion) {
            boolean complete = completion.stopReason() == StopReason.END_OF_TEXT
                    || completion.stopReason() == StopReason.STOP_STRING;
            return new GeneratedText(completion.text(), completion.newTokens(), complete);
        }
    }
}
