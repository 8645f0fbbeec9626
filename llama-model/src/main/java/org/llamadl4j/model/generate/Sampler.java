package org.llamadl4j.model.generate;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.llamadl4j.model.error.UserError;

/**
 * Draws the next token from its logits: divided by the temperature, then the top k are kept, then of these the top p.
 * Equal probabilities count as if the smaller id were the likelier.
 */
public final class Sampler {

    private final GenerationOptions options;
    private final SplittableRandom random;

    public Sampler(GenerationOptions options) {
        this.options = options;
        this.random = new SplittableRandom(options.seed());
    }

    /**
     * An id from 0 to {@code count - 1}.
     *
     * @param logits the first {@code count} are read, none is modified
     * @throws UserError if none is finite or one is not a number
     */
    public int sample(float[] logits, int count) {
        int likeliest = likeliest(logits, count);
        if (options.temperature() == 0) {
            return likeliest;
        }
        // (count) relative probabilities, 1 for the likeliest
        double[] weights = new double[count];
        for (int id = 0; id < count; id++) {
            weights[id] = Math.exp((logits[id] - (double) logits[likeliest]) / options.temperature());
        }
        boolean all = (options.topK() == 0 || options.topK() >= count) && options.topP() == 1;
        if (all) {
            return draw(weights, null, count);
        }
        int[] order = byLikelihood(logits, count);
        return draw(weights, order, kept(weights, order));
    }

    private static int likeliest(float[] logits, int count) {
        int best = 0;
        for (int id = 0; id < count; id++) {
            if (Float.isNaN(logits[id])) {
                throw UserError.failed("the model's output for token %d is not a number; its weights are broken", id);
            }
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        if (Float.isInfinite(logits[best])) {
            throw UserError.failed("the model's outputs are infinite; its weights are broken");
        }
        return best;
    }

    /** The ids by falling logit. */
    private static int[] byLikelihood(float[] logits, int count) {
        long[] keys = new long[count];
        for (int id = 0; id < count; id++) {
            int bits = Float.floatToIntBits(logits[id] + 0f);
            int ascending = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
            keys[id] = (long) ~ascending << 32 | id;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    /** How many of {@code order} pass both filters; at least one. */
    private int kept(double[] weights, int[] order) {
        int count = options.topK() == 0 ? order.length : Math.min(options.topK(), order.length);
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weights[order[i]];
        }
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[order[i]];
            if (sum >= options.topP() * total) {
                return i + 1;
            }
        }
        return count;
    }

    /** One of the first {@code count} ids of {@code order}, or of all where that is null, in proportion to its weight. */
    private int draw(double[] weights, int[] order, int count) {
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weights[order == null ? i : order[i]];
        }
        double left = random.nextDouble() * total;
        int last = -1;
        for (int i = 0; i < count; i++) {
            int id = order == null ? i : order[i];
            left -= weights[id];
            if (left < 0) {
                return id;
            }
            last = weights[id] > 0 ? id : last;
        }
        // Rounding ate the last bit of the sum.
        return last;
    }
}
