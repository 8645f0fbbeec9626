package org.llamadl4j.model.generate;

/**
 * What the model expects after one token.
 *
 * @param sequence of the cache, which that token belongs to
 * @param position of that token
 * @param logits (V), valid until the next prediction is made
 * @param logSumExp of the logits
 */
public record Prediction(int sequence, int position, float[] logits, double logSumExp) {

    /** ln of the probability of {@code token} coming next. */
    public double logProbability(int token) {
        return logits[token] - logSumExp;
    }

    /** The likeliest token; of equals the first. */
    public int likeliest() {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }
}
