package org.llamadl4j.model.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class NormalStreamTest {

    private static double[] numbers(long seed, String name, int count) {
        NormalStream stream = new NormalStream(seed, name);
        return DoubleStream.generate(stream::next).limit(count).toArray();
    }

    /** The expected numbers are from the same formulas in another language. */
    @Test
    void isTheSameOnEveryJdk() {
        assertThat(numbers(42, "layers.0.attention.wq.weight", 5))
                .containsExactly(
                        -0.14962618768192482,
                        -1.0741068462959067,
                        -0.8409582508581105,
                        -0.5244979083188172,
                        -1.3606474329898346);
    }

    @Test
    void isStandardNormal() {
        int count = 200_000;
        double[] numbers = numbers(7, "a", count);
        assertThat(DoubleStream.of(numbers).average().orElseThrow()).isCloseTo(0, within(0.01));
        assertThat(DoubleStream.of(numbers).map(x -> x * x).average().orElseThrow())
                .isCloseTo(1, within(0.02));
        assertThat(DoubleStream.of(numbers).map(x -> x * x * x * x).average().orElseThrow())
                .isCloseTo(3, within(0.1));
        assertThat(DoubleStream.of(numbers).filter(x -> Math.abs(x) < 1).count() / (double) count)
                .isCloseTo(0.6827, within(0.005));
    }

    @Test
    void otherSeedsAndOtherNamesGiveUncorrelatedNumbers() {
        int count = 50_000;
        double[] first = numbers(0, "a", count);
        for (double[] second : new double[][] {numbers(1, "a", count), numbers(0, "b", count), numbers(0, "", count)}) {
            double correlation = 0;
            for (int i = 0; i < count; i++) {
                correlation += first[i] * second[i] / count;
            }
            assertThat(correlation).isCloseTo(0, within(0.02));
        }
    }
}
