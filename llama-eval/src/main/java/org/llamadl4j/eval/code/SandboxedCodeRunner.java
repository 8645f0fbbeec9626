package org.llamadl4j.eval.code;

import java.io.IOException;
import java.io.OutputStream;
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
 * <p>A program has passed when its end was reached: one that ends with status 0 before its tests has not. A program that
 * could not be started has no verdict: that is not its fault.
 */
@RequiredArgsConstructor(access = AccessLevel.PACKAGE)
public final class SandboxedCodeRunner implements CodeRunner {

    private static final List<Path> PYTHONS = List.of(Path.of("/usr/bin/python3"), Path.of("/usr/local/bin/python3"));

    /** Users that no system gives to anybody, one for each program at a time, so that the kernel counts each alone. */
    private static final long FIRST_UID = 1_900_000_000;

    private static final int UIDS = 100_000;

    /**
     * Says that the program begins, runs what comes over standard input, and says that its end was reached. The two words are
     * random. It gives nothing a name, so that the program finds no name that it did not make.
     */
    private static final String START = """
            __import__('os').write(1, b'%s')
            exec(compile(__import__('sys').stdin.buffer.read(), '<program>', 'exec'))
            __import__('os').write(1, b'%s')
            """;

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
            try {
                runner.run("pass");
                return runner;
            } catch (UserError e) {
                reasons.append("; ").append(e.getMessage());
            }
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

    /** @throws UserError if the program could not be started */
    @Override
    public Verdict run(String program) {
        String started = "started-" + UUID.randomUUID();
        String reached = "reached-" + UUID.randomUUID();
        Process process = start(START.formatted(started, reached));
        ProcessTree tree = new ProcessTree(process.toHandle());
        try {
            ProgramOutput out = ProgramOutput.of(process.getInputStream());
            ProgramOutput err = ProgramOutput.of(process.getErrorStream());
            Thread input = send(process.getOutputStream(), program);
            String excess = await(process, tree);
            if (excess != null) {
                tree.kill();
                process.waitFor();
                return new Verdict(excess.equals(TIME) ? Outcome.TIMED_OUT : Outcome.FAILED, excess);
            }
            input.join();
            String errors = lastLine(err.end());
            if (!out.begin().startsWith(started)) {
                throw notStarted(errors.isEmpty() ? "status " + process.exitValue() : errors);
            }
            return verdict(process.exitValue(), out.end().contains(reached), errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a program ran", e);
        } finally {
            tree.kill();
        }
    }

    private Process start(String script) {
        long uid = FIRST_UID + Math.floorMod(runs.incrementAndGet(), UIDS);
        // -I: no settings of the user's, -B: no compiled files.
        List<String> interpreter = List.of(python.toString(), "-I", "-B", "-c", script);
        try {
            return new ProcessBuilder(isolation.command(limits, uid, interpreter))
                    .directory(Path.of("/").toFile())
                    .start();
        } catch (IOException e) {
            throw notStarted(e.getMessage());
        }
    }

    private UserError notStarted(String reason) {
        return UserError.failed("%s could not start a program: %s", isolation.name(), reason);
    }

    private static Verdict verdict(int status, boolean reached, String errors) {
        if (status == 0 && reached) {
            return new Verdict(Outcome.PASSED, "");
        }
        if (!errors.isEmpty()) {
            return new Verdict(Outcome.FAILED, errors);
        }
        return new Verdict(
                Outcome.FAILED, status == 0 ? "left before its end was reached" : "ended with status " + status);
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
                        // It ended before it had read the program; what came of it tells.
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
}
