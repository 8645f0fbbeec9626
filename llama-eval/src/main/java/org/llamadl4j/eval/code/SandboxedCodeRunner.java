package org.llamadl4j.eval.code;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.eval.code.Verdict.Outcome;
import org.llamadl4j.model.error.UserError;

/**
 * Runs each program in a process of its own that has no network, sees no files but the system's programs, writes to an
 * empty folder in memory, and is ended with all that it started when it has taken what {@link CodeLimits} allow. It may
 * be used by several threads.
 *
 * <p>A program has passed when its last line was reached: one that ends with status 0 before its tests has not.
 */
@RequiredArgsConstructor(access = AccessLevel.PACKAGE)
public final class SandboxedCodeRunner implements CodeRunner {

    private static final List<Path> PYTHONS = List.of(Path.of("/usr/bin/python3"), Path.of("/usr/local/bin/python3"));

    /** Users that no system gives to anybody, one for each program at a time, so that the kernel counts each alone. */
    private static final long FIRST_UID = 1_900_000_000;

    private static final int UIDS = 100_000;

    private static final int LONGEST_OUTPUT = 1 << 16;
    private static final int LONGEST_MESSAGE = 500;
    private static final long POLL_MILLIS = 50;
    private static final String TIME = "took too long";

    private final CodeLimits limits;
    private final Isolation isolation;
    private final Path python;
    private final AtomicLong runs = new AtomicLong(ProcessHandle.current().pid());

    /**
     * Finds a way to isolate programs, and tries it out.
     *
     * @throws UserError if there is none, or no Python
     */
    public static SandboxedCodeRunner create(CodeLimits limits) {
        Path python = python();
        StringBuilder reasons = new StringBuilder();
        for (Isolation isolation : List.of(new Bubblewrap(), new Unshare())) {
            SandboxedCodeRunner runner = new SandboxedCodeRunner(limits, isolation, python);
            Verdict verdict = runner.run("pass");
            if (verdict.passed()) {
                return runner;
            }
            reasons.append("; ").append(isolation.name()).append(": ").append(verdict.message());
        }
        throw UserError.failed(
                "programs that a model wrote are run only in isolation, and this system offers none%s. "
                        + "Install bubblewrap, or allow user namespaces",
                reasons);
    }

    /** The interpreter: one that belongs to the system, because nothing else is seen inside. */
    static Path python() {
        return PYTHONS.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> UserError.failed(
                        "there is no Python in %s or %s, which runs the programs of this benchmark",
                        PYTHONS.get(0), PYTHONS.get(1)));
    }

    /** How programs are isolated, for the log. */
    public String description() {
        return isolation.name() + ", " + python;
    }

    @Override
    public Verdict run(String program) {
        String reached = "reached-" + UUID.randomUUID();
        String whole = program + "\n__import__('os').write(1, b'" + reached + "')\n";
        long uid = FIRST_UID + Math.floorMod(runs.incrementAndGet(), UIDS);
        // -I: no settings of the user's, -B: no compiled files. The program comes over standard input, which is read
        // whole
        // before it starts.
        List<String> command = isolation.command(limits, uid, List.of(python.toString(), "-I", "-B", "-"));
        Process process;
        try {
            process =
                    new ProcessBuilder(command).directory(Path.of("/").toFile()).start();
        } catch (IOException e) {
            return new Verdict(Outcome.FAILED, e.getMessage());
        }
        ProcessTree tree = new ProcessTree(process.toHandle());
        try {
            Tail out = Tail.of(process.getInputStream(), LONGEST_OUTPUT);
            Tail err = Tail.of(process.getErrorStream(), LONGEST_OUTPUT);
            Thread input = send(process.getOutputStream(), whole);
            String excess = await(process, tree);
            if (excess != null) {
                tree.kill();
                process.waitFor();
            }
            input.join();
            String output = out.text();
            String errors = err.text();
            return verdict(process.exitValue(), output.contains(reached), excess, errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a program ran", e);
        } finally {
            tree.kill();
        }
    }

    private Verdict verdict(int status, boolean reached, String excess, String errors) {
        if (excess != null) {
            return new Verdict(excess.equals(TIME) ? Outcome.TIMED_OUT : Outcome.FAILED, excess);
        }
        if (status == 0 && reached) {
            return new Verdict(Outcome.PASSED, "");
        }
        String last = lastLine(errors);
        if (!last.isEmpty()) {
            return new Verdict(Outcome.FAILED, last);
        }
        return new Verdict(Outcome.FAILED, status == 0 ? "ended before its last line" : "ended with status " + status);
    }

    /** Waits for the end; what the program took too much of, or null. */
    private String await(Process process, ProcessTree tree) throws InterruptedException {
        long deadline = System.nanoTime() + limits.time().toNanos();
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (System.nanoTime() - deadline >= 0) {
                return TIME;
            }
            if (tree.residentBytes() > limits.memoryBytes()) {
                return "took too much memory";
            }
        }
        return null;
    }

    private static Thread send(OutputStream input, String program) {
        Thread thread = new Thread(
                () -> {
                    try (input) {
                        input.write(program.getBytes(StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        // It ended before it had read itself; its verdict tells.
                    }
                },
                "program-input");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static String lastLine(String text) {
        String stripped = text.strip();
        String line = stripped.substring(stripped.lastIndexOf('\n') + 1).strip();
        return line.length() > LONGEST_MESSAGE ? line.substring(0, LONGEST_MESSAGE) + "..." : line;
    }

    /** The end of what a stream gave; all of it is read, so that the writer never waits. */
    @RequiredArgsConstructor
    private static final class Tail {

        private final Thread thread;
        private final StringBuilder text;

        static Tail of(InputStream stream, int most) {
            StringBuilder text = new StringBuilder();
            Thread thread = new Thread(
                    () -> {
                        byte[] bytes = new byte[1 << 13];
                        try (stream) {
                            for (int count = stream.read(bytes); count >= 0; count = stream.read(bytes)) {
                                text.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
                                if (text.length() > 2 * most) {
                                    text.delete(0, text.length() - most);
                                }
                            }
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    "program-output");
            thread.setDaemon(true);
            thread.start();
            return new Tail(thread, text);
        }

        String text() throws InterruptedException {
            thread.join();
            return new String(text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }
    }
}
