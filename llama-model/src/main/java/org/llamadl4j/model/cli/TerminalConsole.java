package org.llamadl4j.model.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import lombok.extern.slf4j.Slf4j;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * A chat in a terminal, where lines can be edited and earlier ones called back, in later chats too. Ctrl-C drops the line
 * that is being typed, or ends an answer; Ctrl-D ends the chat.
 */
@Slf4j
final class TerminalConsole implements ChatConsole {

    private static final String PROMPT = "> ";
    private static final int HISTORY_LINES = 2000;

    private final Terminal terminal;
    private final LineReader reader;
    private volatile boolean interrupted;

    TerminalConsole(Terminal terminal, Optional<Path> history) {
        this.terminal = terminal;
        DefaultParser parser = new DefaultParser();
        parser.setEscapeChars(null);
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("llama")
                .parser(parser)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES);
        history.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        reader = builder.build();
        terminal.handle(Terminal.Signal.INT, signal -> interrupted = true);
    }

    /** That of the terminal in which the program runs; empty if it runs in none. */
    static Optional<ChatConsole> open() {
        try {
            Terminal terminal =
                    TerminalBuilder.builder().system(true).dumb(false).build();
            TerminalConsole console = new TerminalConsole(terminal, historyFile(System.getenv()));
            console.note("/help tells what can be typed beside questions. Ctrl-D ends the chat.");
            return Optional.of(console);
        } catch (IOException | IllegalStateException e) {
            log.debug("No terminal", e);
            return Optional.empty();
        }
    }

    /** Where the XDG Base Directory Specification puts what programs remember; empty if it cannot be made. */
    static Optional<Path> historyFile(Map<String, String> environment) {
        String named = environment.getOrDefault("XDG_STATE_HOME", "");
        Path state = named.isEmpty() || !Path.of(named).isAbsolute()
                ? Path.of(System.getProperty("user.home"), ".local", "state")
                : Path.of(named);
        Path folder = state.resolve("llamadl4j");
        try {
            Files.createDirectories(folder);
            return Optional.of(folder.resolve("chat-history"));
        } catch (IOException e) {
            log.debug("No history in {}", folder, e);
            return Optional.empty();
        }
    }

    @Override
    public Optional<String> readLine() {
        while (true) {
            try {
                return Optional.of(reader.readLine(PROMPT));
            } catch (UserInterruptException e) {
                note("Ctrl-D ends the chat.");
            } catch (EndOfFileException e) {
                return Optional.empty();
            }
        }
    }

    @Override
    public void print(String text) {
        terminal.writer().print(text);
        terminal.flush();
    }

    @Override
    public void note(String line) {
        terminal.writer().println(line);
        terminal.flush();
    }

    @Override
    public void clearInterruption() {
        interrupted = false;
    }

    @Override
    public boolean isInterrupted() {
        return interrupted;
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
