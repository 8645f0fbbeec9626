package org.llamadl4j.model.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;

/**
 * Says how likely continuations are after a prefix, such as the answers of a multiple choice after its question. The prefix
 * is computed once for all of them, and what it has in common with the prefix before not at all; the continuations are
 * computed together.
 *
 * <p>Not for several threads at once.
 */
public final class ContinuationScorer {

    private static final int PREFIX = 0;

    private final LlamaModel model;
    private final DecoderPass pass;
    private int[] prefix = {};

    /** @param continuations that are computed together; more are computed in turns */
    public ContinuationScorer(LlamaModel model, int continuations) {
        this.model = model;
        KvCache cache =
                new KvCache(model.config(), 1 + continuations, model.config().contextLength(), model.kernels());
        pass = new DecoderPass(model.weights(), cache, model.kernels());
    }

    /**
     * Scores {@code continuations}, in their order, each as if it alone came after {@code prefix}.
     *
     * @param prefix at least one token, such as BOS
     * @param continuations tokens; an empty one is certain
     * @throws UserError if the prefix and one of them together are longer than the model's context
     */
    public List<ContinuationScore> score(int[] prefix, List<int[]> continuations) {
        requireRoom(prefix, continuations);
        List<Score> scores = continuations.stream().map(Score::new).toList();
        compute(prefix, scores);
        List<Score> longer = new ArrayList<>();
        scores.stream().filter(score -> score.tokens.length > 1).forEach(longer::add);
        int together = pass.cache().sequences() - 1;
        for (int first = 0; first < longer.size(); first += together) {
            compute(longer.subList(first, Math.min(longer.size(), first + together)));
        }
        return scores.stream()
                .map(score -> new ContinuationScore(score.logProbabilities, score.greedy))
                .toList();
    }

    private void requireRoom(int[] prefix, List<int[]> continuations) {
        if (prefix.length == 0) {
            throw new IllegalArgumentException("a prefix has at least one token, such as BOS");
        }
        int longest =
                continuations.stream().mapToInt(tokens -> tokens.length).max().orElse(0);
        if (prefix.length + longest > model.config().contextLength()) {
            throw UserError.failed(
                    "a prefix of %d tokens and a continuation of %d are more than the model's context of %d",
                    prefix.length, longest, model.config().contextLength());
        }
    }

    /** Computes the prefix, which says how likely the first tokens are. */
    private void compute(int[] prefix, List<Score> scores) {
        int end = Math.min(pass.cache().length(PREFIX), prefix.length - 1);
        int mismatch = Arrays.mismatch(this.prefix, 0, end, prefix, 0, end);
        int kept = mismatch < 0 ? end : mismatch;
        pass.cache().truncate(PREFIX, kept);
        this.prefix = prefix.clone();
        for (int i = kept; i < prefix.length; i++) {
            if (pass.room() == 0) {
                pass.run(prediction -> {});
            }
            pass.add(PREFIX, prefix[i], i == prefix.length - 1);
        }
        pass.run(prediction -> scores.forEach(score -> score.take(0, prediction)));
    }

    /** Computes continuations after the prefix, the first in sequence 1. */
    private void compute(List<Score> scores) {
        for (int i = 0; i < scores.size(); i++) {
            pass.cache().fork(PREFIX, 1 + i, prefix.length);
            int[] tokens = scores.get(i).tokens;
            for (int t = 0; t < tokens.length - 1; t++) {
                if (pass.room() == 0) {
                    run(scores);
                }
                pass.add(1 + i, tokens[t], true);
            }
        }
        run(scores);
    }

    private void run(List<Score> scores) {
        pass.run(prediction ->
                scores.get(prediction.sequence() - 1).take(prediction.position() + 1 - prefix.length, prediction));
    }

    /** What is known of one continuation. */
    private static final class Score {

        private final int[] tokens;
        private final double[] logProbabilities;
        private boolean greedy = true;

        Score(int[] tokens) {
            this.tokens = tokens;
            logProbabilities = new double[tokens.length];
        }

        /** {@code prediction} is about token {@code index}. */
        void take(int index, Prediction prediction) {
            if (index < tokens.length) {
                logProbabilities[index] = prediction.logProbability(tokens[index]);
                greedy &= prediction.likeliest() == tokens[index];
            }
        }
    }
}
