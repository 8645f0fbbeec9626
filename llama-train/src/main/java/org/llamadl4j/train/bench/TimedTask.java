package org.llamadl4j.train.bench;

import java.util.ArrayList;
import java.util.List;
import lombok.RequiredArgsConstructor;

/** Work that is repeated in each round until the clock can tell how long it takes. */
@RequiredArgsConstructor
final class TimedTask implements Participant {

    private final double warmUpSeconds;
    private final double roundSeconds;
    private final Runnable work;
    private final List<Double> seconds = new ArrayList<>();
    private int repetitions = 1;

    /** A round, and a warm-up, takes at least {@code leastSeconds}. */
    TimedTask(double leastSeconds, Runnable work) {
        this(leastSeconds, leastSeconds, work);
    }

    /** Does {@code work} for {@code warmUpSeconds}, and says how often it must be done to take {@code roundSeconds}. */
    static int repetitions(Runnable work, double warmUpSeconds, double roundSeconds) {
        long began = System.nanoTime();
        double fastest = Double.POSITIVE_INFINITY;
        do {
            long before = System.nanoTime();
            work.run();
            fastest = Math.min(fastest, (System.nanoTime() - before) * 1e-9);
        } while ((System.nanoTime() - began) * 1e-9 < warmUpSeconds);
        return (int) Math.max(1, Math.ceil(roundSeconds / fastest));
    }

    @Override
    public void warmUp() {
        repetitions = repetitions(work, warmUpSeconds, roundSeconds);
    }

    @Override
    public void measure() {
        long began = System.nanoTime();
        for (int i = 0; i < repetitions; i++) {
            work.run();
        }
        seconds.add((System.nanoTime() - began) * 1e-9 / repetitions);
    }

    /** Seconds that the work takes once, in the rounds measured so far. */
    Spread seconds() {
        return Spread.of(seconds);
    }
}
