package org.llamadl4j.model.generate;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.llamadl4j.model.error.UserError;

/**
 * Draws the next token from its logits: divided by the temperature, then the top k are kept, of these the top p, and of
 * these those that min p leaves. Equal probabilities count as if the smaller id were the likelier.
 */
public final class Sampler {

    /** Below it, one more glance at the weights would tell no more than sorting all. */
    private static final double LEAST_WEIGHT = 1e-12;

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
        boolean all = (options.topK() == 0 || options.topK() >= count) && options.topP() == 1 && options.minP() == 0;
        if (all) {
            return draw(weights, null, count);
        }
        int[] order = byLikelihood(logits, candidates(weights));
        return draw(weights, order, kept(weights, order));
    }

    /** Ids among which are all that can pass top k and top p: as few as a glance at the weights tells. */
    private int[] candidates(double[] weights) {
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double least = 0.1;
        int[] ids;
        do {
            least *= 0.01;
            ids = atLeast(weights, least < LEAST_WEIGHT ? 0 : least);
        } while (least >= LEAST_WEIGHT && !suffice(weights, ids, total));
        return ids;
    }

    private static int[] atLeast(double[] weights, double least) {
        int[] ids = new int[weights.length];
        int count = 0;
        for (int id = 0; id < weights.length; id++) {
            if (weights[id] >= least) {
                ids[count++] = id;
            }
        }
        return Arrays.copyOf(ids, count);
    }

    private boolean suffice(double[] weights, int[] ids, double total) {
        if (options.topK() > 0) {
            return ids.length >= options.topK();
        }
        double sum = 0;
        for (int id : ids) {
            sum += weights[id];
        }
        return sum >= options.topP() * total;
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

    /** {@code ids} by falling logit. */
    private static int[] byLikelihood(float[] logits, int[] ids) {
        long[] keys = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            int bits = Float.floatToIntBits(logits[ids[i]] + 0f);
            int ascending = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
            keys[i] = (long) ~ascending << 32 | ids[i];
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    /** How many of {@code order} pass all filters; at least one. */
    private int kept(double[] weights, int[] order) {
        int most = options.topK() == 0 ? order.length : Math.min(options.topK(), order.length);
        int count = reaching(options.topP(), weights, order, most);
        // The likeliest weighs 1.
        while (count > 1 && weights[order[count - 1]] < options.minP()) {
            count--;
        }
        return count;
    }

    /** How many of the first {@code most} ids of {@code order} together have {@code share} of their weight, or of all. */
    private int reaching(double share, double[] weights, int[] order, int most) {
        double total = 0;
        if (options.topK() == 0) {
            for (double weight : weights) {
                total += weight;
            }
        } else {
            for (int i = 0; i < most; i++) {
                total += weights[order[i]];
            }
        }
        double sum = 0;
        for (int i = 0; i < most; i++) {
            sum += weights[order[i]];
            if (sum >= share * total) {
                return i + 1;
            }
        }
        return most;
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
