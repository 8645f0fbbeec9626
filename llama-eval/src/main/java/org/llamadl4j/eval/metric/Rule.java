package org.llamadl4j.eval.metric;

import java.util.Locale;

/** By whose rule a question is phrased and an answer scored; scores of different rules cannot be compared. */
public enum Rule {
    /** As "LLaMA: Open and Efficient Foundation Language Models" (Touvron et al., 2023) describes. */
    PAPER,
    /** As the public lm-evaluation-harness does. */
    HARNESS;

    /** As users write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
