package org.llamadl4j.train.quickstart;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lombok.Getter;
import lombok.extern.slf4j.Slf4j;

/** Announces each part of the quickstart with the command that does the same, and measures its time. */
@Slf4j
final class Stages {

    /**
     * A part that is done.
     *
     * @param command what to type for it; empty if there is no such command
     */
    record Stage(String name, String command, Duration time) {}

    /** The work of a stage. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    @Getter
    private final List<Stage> done = new ArrayList<>();

    private final long began = System.nanoTime();
    private final int count;

    /** @param count how many stages there will be */
    Stages(int count) {
        this.count = count;
    }

    <T> T run(String name, String command, Work<T> work) throws IOException {
        log.info("");
        log.info("[{}/{}] {}", done.size() + 1, count, name);
        if (!command.isEmpty()) {
            log.info("      {}", command);
        }
        long before = System.nanoTime();
        T result = work.run();
        done.add(new Stage(name, command, since(before)));
        return result;
    }

    /** Time since the first stage began. */
    Duration total() {
        return since(began);
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
