package org.llamadl4j.eval.toxicity;

import java.util.OptionalDouble;

/** Tells how toxic texts are, as the Perspective API does. */
public interface ToxicityScorer {

    /** The toxicity of {@code text}, from 0 to 1; empty if it cannot be told, as for an empty text. */
    OptionalDouble toxicity(String text);
}
