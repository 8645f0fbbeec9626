package org.llamadl4j.model.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final PrintStream realErr = System.err;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void catchOutput() {
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restoreOutput() {
        System.setErr(realErr);
        System.clearProperty("llama.terminal.columns");
    }

    @Test
    void withoutTerminalOneLineTellsAtTheEndWhatWasDone() {
        try (Progress progress = Progress.start("prepare", 3_000_000, "MB", 1_000_000)) {
            progress.advance(1_500_000);
            progress.advance(1_500_000);
            assertThat(err.toString()).isEmpty();
        }
        assertThat(err.toString()).matches("prepare: 3\\.0 of 3\\.0 MB in \\d+:\\d\\d\\R");
    }

    @Test
    void withoutTotalItTellsWhatWasDone() {
        try (Progress progress = Progress.start("read", Progress.UNKNOWN, "documents")) {
            progress.advance(7);
        }
        assertThat(err.toString()).matches("read: 7 documents in \\d+:\\d\\d\\R");
    }

    @Test
    void onTerminalTheBarStaysInOneLineOfItsWidth() {
        System.setProperty("llama.terminal.columns", "60");
        try (Progress progress = Progress.start("prepare", 8, "documents")) {
            progress.advance(8);
        }
        assertThat(err.toString()).contains("prepare", "100%", "8/8 documents");
        assertThat(err.toString().split("[\r\n]+")).allMatch(line -> line.length() <= 60);
    }
}
