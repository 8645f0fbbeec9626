package org.llamadl4j.train.bench;

import java.util.ArrayList;
import java.util.List;

/** Work that rounds measure. */
interface TimedTask {

    /** Does the work unmeasured, once or more. */
    void warmUp();

    /** Does the work once or more, and remembers how long once took. */
    void measure();

    /** Seconds that the work takes, in the rounds measured so far. */
    Spread seconds();

    /** {@code work}, repeated in each round until {@code leastSeconds} have passed, as the warm-up has found. */
    static TimedTask of(double leastSeconds, Runnable work) {
        return new Repeated(leastSeconds, work);
    }

    /** A short piece of work, which one call could not time. */
    final class Repeated implements TimedTask {

        private final double leastSeconds;
        private final Runnable work;
        private final List<Double> seconds = new ArrayList<>();
        private int repetitions = 1;

        private Repeated(double leastSeconds, Runnable work) {
            this.leastSeconds = leastSeconds;
            this.work = work;
        }

        @Override
        public void warmUp() {
            long began = System.nanoTime();
            int done = 0;
            do {
                work.run();
                done++;
            } while ((System.nanoTime() - began) * 1e-9 < leastSeconds);
            repetitions = done;
        }

        @Override
        public void measure() {
            long began = System.nanoTime();
            for (int i = 0; i < repetitions; i++) {
                work.run();
            }
            seconds.add((System.nanoTime() - began) * 1e-9 / repetitions);
        }

        @Override
        public Spread seconds() {
            return Spread.of(seconds);
        }
    }
}
