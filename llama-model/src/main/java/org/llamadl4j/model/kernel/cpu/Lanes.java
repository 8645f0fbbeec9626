package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The widest float32 vector of this processor. */
final class Lanes {

    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    /** Numbers in one vector: 16 with AVX-512, 8 with AVX2, 4 with NEON. */
    static final int COUNT = FLOATS.length();

    private Lanes() {}

    /** {@code length} rounded up to whole vectors. */
    static int roundUp(int length) {
        return roundUp(length, COUNT);
    }

    static int roundUp(int length, int multiple) {
        return (length + multiple - 1) / multiple * multiple;
    }
}
