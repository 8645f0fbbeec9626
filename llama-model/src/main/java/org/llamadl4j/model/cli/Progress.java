package org.llamadl4j.model.cli;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far some work has come: a bar on standard error where that is a terminal, otherwise a line in the log every half a
 * minute and one at the end.
 */
public interface Progress extends AutoCloseable {

    /** {@code total} where nobody can know it beforehand. */
    long UNKNOWN = -1;

    /** {@code amount} more is done. */
    void advance(long amount);

    /** Ends the display; the amount done stays to be read. */
    @Override
    void close();

    /**
     * Starts a display.
     *
     * @param task what is done, in a word or two
     * @param total how much is to be done, or {@link #UNKNOWN}
     * @param unit what is counted, such as {@code "MB"}
     * @param unitSize how many of what {@link #advance} counts make one unit, such as 1,000,000
     */
    static Progress start(String task, long total, String unit, long unitSize) {
        Integer columns = Integer.getInteger("llama.terminal.columns");
        return columns == null
                ? new Lines(task, total, unit, unitSize, System.nanoTime())
                : new Bar(task, total, unit, unitSize, columns);
    }

    /** The same, counting single things. */
    static Progress start(String task, long total, String unit) {
        return start(task, total, unit, 1);
    }

    /** A bar drawn over and over in one line. */
    final class Bar implements Progress {

        private final ProgressBar bar;

        private Bar(String task, long total, String unit, long unitSize, int columns) {
            ProgressBarBuilder builder = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(total)
                    .setUnit(" " + unit, unitSize)
                    .setUpdateIntervalMillis(250)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err, columns));
            bar = builder.build();
        }

        @Override
        public void advance(long amount) {
            bar.stepBy(amount);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** Lines for a log file. */
    @Slf4j
    @RequiredArgsConstructor(access = AccessLevel.PRIVATE)
    final class Lines implements Progress {

        private static final long NANOS_BETWEEN_LINES = TimeUnit.SECONDS.toNanos(30);

        private final String task;
        private final long total;
        private final String unit;
        private final long unitSize;
        private final long started;
        private long done;
        private long lastLine;

        @Override
        public void advance(long amount) {
            done += amount;
            long elapsed = System.nanoTime() - started;
            if (elapsed - lastLine >= NANOS_BETWEEN_LINES) {
                lastLine = elapsed;
                print(elapsed);
            }
        }

        @Override
        public void close() {
            print(System.nanoTime() - started);
        }

        private void print(long elapsed) {
            String of = total == UNKNOWN ? "" : " of " + units(total);
            Duration time = Duration.ofNanos(elapsed);
            log.info("%s: %s%s %s in %d:%02d"
                    .formatted(task, units(done), of, unit, time.toMinutes(), time.toSecondsPart()));
        }

        private String units(long amount) {
            return unitSize == 1 ? "%,d".formatted(amount) : "%,.1f".formatted((double) amount / unitSize);
        }
    }
}
