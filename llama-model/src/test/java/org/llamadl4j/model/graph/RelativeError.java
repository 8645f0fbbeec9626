package org.llamadl4j.model.graph;

import java.util.Collection;
import java.util.List;

/** How far a computed tensor is from its reference. */
public final class RelativeError {

    private RelativeError() {}

    /** Norm of the difference over the norm of {@code expected}. */
    public static double of(float[] actual, double[] expected) {
        if (actual.length != expected.length) {
            throw new IllegalArgumentException(actual.length + " numbers against " + expected.length);
        }
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return difference == 0 ? 0 : Math.sqrt(difference / norm);
    }

    /**
     * The same for one part of a whole of norm {@code wholeNorm}, relative to a thousandth of the whole at least: a part
     * that is zero in theory, such as the gradient of wq at sequence length 1, is nothing but rounding.
     */
    public static double ofPart(float[] actual, float[] expected, double wholeNorm) {
        if (actual.length != expected.length) {
            throw new IllegalArgumentException(actual.length + " numbers against " + expected.length);
        }
        float[] difference = new float[actual.length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = actual[i] - expected[i];
        }
        return norm(List.of(difference)) / Math.max(norm(List.of(expected)), 1e-3 * wholeNorm);
    }

    /** The norm of all numbers of {@code parts}. */
    public static double norm(Collection<float[]> parts) {
        double sum = 0;
        for (float[] part : parts) {
            for (float value : part) {
                sum += (double) value * value;
            }
        }
        return Math.sqrt(sum);
    }
}
