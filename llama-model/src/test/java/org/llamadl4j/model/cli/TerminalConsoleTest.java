package org.llamadl4j.model.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalConsoleTest {

    @TempDir
    Path folder;

    private Terminal terminal(String keys) throws IOException {
        return new ExternalTerminal(
                "test",
                "xterm",
                new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8)),
                new ByteArrayOutputStream(),
                StandardCharsets.UTF_8);
    }

    @Test
    void linesAreEditedAndTakenAsTheyAre() throws IOException {
        try (TerminalConsole console =
                new TerminalConsole(terminal("helo\u0002l\r\"größer \\n! !!\r"), Optional.empty())) {
            assertThat(console.readLine()).contains("hello");
            assertThat(console.readLine()).contains("\"größer \\n! !!");
            assertThat(console.readLine()).isEmpty();
        }
    }

    @Test
    void ctrlDEndsAll() throws IOException {
        try (TerminalConsole console = new TerminalConsole(terminal("first\r\u0004second\r"), Optional.empty())) {
            assertThat(console.readLine()).contains("first");
            assertThat(console.readLine()).isEmpty();
        }
    }

    @Test
    void earlierLinesAreCalledBackInALaterChat() throws IOException {
        Optional<Path> history = Optional.of(folder.resolve("history"));
        try (TerminalConsole console = new TerminalConsole(terminal("first\rsecond\r"), history)) {
            console.readLine();
            console.readLine();
        }
        try (TerminalConsole console = new TerminalConsole(terminal("\u0010\u0010\r"), history)) {
            assertThat(console.readLine()).contains("first");
        }
    }

    @Test
    void ctrlCDuringAnAnswerInterruptsIt() throws IOException {
        Terminal terminal = terminal("");
        try (TerminalConsole console = new TerminalConsole(terminal, Optional.empty())) {
            assertThat(console.isInterrupted()).isFalse();
            terminal.raise(Terminal.Signal.INT);
            assertThat(console.isInterrupted()).isTrue();
            console.clearInterruption();
            assertThat(console.isInterrupted()).isFalse();
        }
    }

    @Test
    void historyIsWhereProgramsRemember() {
        assertThat(TerminalConsole.historyFile(Map.of("XDG_STATE_HOME", folder.toString())))
                .contains(folder.resolve("llamadl4j/chat-history"));
        assertThat(folder.resolve("llamadl4j")).isDirectory();
    }
}
