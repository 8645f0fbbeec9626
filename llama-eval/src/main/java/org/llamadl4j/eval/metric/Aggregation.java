package org.llamadl4j.eval.metric;

import java.util.List;
import java.util.OptionalDouble;

/** How the measurements of all questions become one score. */
public enum Aggregation {
    /** Their mean; weights do not count. */
    MEAN {
        @Override
        public Estimate estimate(List<Measurement> measurements) {
            return Estimate.mean(measurements.stream().map(Measurement::value).toList());
        }
    },
    /** Sum of values over sum of weights. */
    RATIO {
        @Override
        public Estimate estimate(List<Measurement> measurements) {
            return withoutError(ratio(measurements), measurements);
        }
    },
    /** The same in bits instead of nats. */
    BITS {
        @Override
        public Estimate estimate(List<Measurement> measurements) {
            return withoutError(ratio(measurements) / Math.log(2), measurements);
        }
    },
    /** e to the power of the ratio: nats become a perplexity. */
    PERPLEXITY {
        @Override
        public Estimate estimate(List<Measurement> measurements) {
            return withoutError(Math.exp(ratio(measurements)), measurements);
        }
    };

    /** The score of {@code measurements}, which are some. The harness gives ratios no standard error. */
    public abstract Estimate estimate(List<Measurement> measurements);

    private static double ratio(List<Measurement> measurements) {
        return measurements.stream().mapToDouble(Measurement::value).sum()
                / measurements.stream().mapToDouble(Measurement::weight).sum();
    }

    private static Estimate withoutError(double value, List<Measurement> measurements) {
        return new Estimate(value, OptionalDouble.empty(), measurements.size());
    }
}
