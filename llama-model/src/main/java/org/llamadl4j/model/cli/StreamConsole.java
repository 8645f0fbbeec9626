package org.llamadl4j.model.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A chat without a terminal: a line in for each question, answers and nothing else out. */
final class StreamConsole implements ChatConsole {

    private final BufferedReader in;
    private final PrintStream out;
    private final PrintStream notes;

    StreamConsole(InputStream in, OutputStream out, OutputStream notes) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = new PrintStream(out, true, StandardCharsets.UTF_8);
        this.notes = new PrintStream(notes, true, StandardCharsets.UTF_8);
    }

    @Override
    public Optional<String> readLine() {
        try {
            return Optional.ofNullable(in.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void print(String text) {
        out.print(text);
        out.flush();
    }

    @Override
    public void note(String line) {
        notes.println(line);
    }

    @Override
    public void clearInterruption() {
        // Nobody interrupts.
    }

    @Override
    public boolean isInterrupted() {
        return false;
    }

    @Override
    public void close() {
        out.flush();
    }
}
