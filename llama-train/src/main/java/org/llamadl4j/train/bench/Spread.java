package org.llamadl4j.train.bench;

import java.util.Arrays;
import java.util.Collection;

/** What several rounds measured. */
public record Spread(double median, double min, double max) {

    /** The spread of {@code values}, at least one; of an even number the median is the mean of the two in the middle. */
    static Spread of(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no round was measured");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Of times in seconds: how much of {@code work}, which each took, they did in a second. */
    Spread rate(double work) {
        return new Spread(work / median, work / max, work / min);
    }

    static Spread of(double... values) {
        return of(Arrays.stream(values).boxed().toList());
    }
}
