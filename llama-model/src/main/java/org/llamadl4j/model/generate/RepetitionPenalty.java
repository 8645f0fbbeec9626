package org.llamadl4j.model.generate;

import java.util.BitSet;
import lombok.RequiredArgsConstructor;

/**
 * Makes tokens that occurred before less likely, each once, however often it occurred: its logit is divided by θ where it is
 * positive, else multiplied (Keskar et al., 2019, section 4.1).
 */
@RequiredArgsConstructor
final class RepetitionPenalty {

    /** θ. */
    private final double penalty;

    private final BitSet seen = new BitSet();
    private float[] penalised = new float[0];

    /** Takes note of a token of the prompt or the text. */
    void append(int token) {
        seen.set(token);
    }

    /** The logits of the next token; the argument where there is no penalty, else an array that is reused. */
    float[] apply(float[] logits) {
        if (penalty == 1) {
            return logits;
        }
        if (penalised.length != logits.length) {
            penalised = new float[logits.length];
        }
        System.arraycopy(logits, 0, penalised, 0, logits.length);
        for (int token = seen.nextSetBit(0); token >= 0 && token < logits.length; token = seen.nextSetBit(token + 1)) {
            double logit = logits[token];
            penalised[token] = (float) (logit > 0 ? logit / penalty : logit * penalty);
        }
        return penalised;
    }
}
