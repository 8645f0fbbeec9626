package org.llamadl4j.train.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/**
 * A participant in a Java process of its own, whose memory is not that of this process. It waits, and costs nothing,
 * while it is not its turn. Orders are lines on its standard input, answers marked lines on its standard output; it ends
 * with its input. What else is said there, by Java itself where its options ask for that, goes to this process's standard
 * error.
 */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class ChildProcess implements Participant, AutoCloseable {

    private static final String WARM_UP = "warm-up";
    private static final String MEASURE = "measure";
    private static final String RESULT = "result";

    /** Begins each answer, so that it is told from other lines. */
    private static final String ANSWER = "llama-answer ";

    private static final int SECONDS_TO_END = 10;

    private final String name;
    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;

    /**
     * Starts {@code main}, which {@link #serve}s, with this process's class path and options.
     *
     * @param name what to call it where it fails
     * @param job its only argument, as JSON
     */
    static ChildProcess start(String name, Class<?> main, Object job) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add(main.getName());
        ProcessBuilder builder = new ProcessBuilder(command);
        // A class path may be too long for a command line.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        try {
            command.add(JsonMapper.builder().build().writeValueAsString(job));
            Process process = builder.start();
            return new ChildProcess(
                    name,
                    process,
                    new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8)),
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw UserError.failed(e, "the process for %s does not start: %s", name, e.getMessage());
        }
    }

    /** Follows the orders of {@code in} until it ends; in the process that {@link #start} starts. */
    static void serve(Participant participant, Supplier<?> result, InputStream in, PrintStream out) {
        BufferedReader orders = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        JsonMapper json = JsonMapper.builder().build();
        try {
            for (String order; (order = orders.readLine()) != null; ) {
                Object answer = null;
                switch (order) {
                    case WARM_UP -> participant.warmUp();
                    case MEASURE -> participant.measure();
                    case RESULT -> answer = result.get();
                    default -> throw new IllegalArgumentException(order);
                }
                out.println(ANSWER + json.writeValueAsString(answer));
                out.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void warmUp() {
        ask(WARM_UP);
    }

    @Override
    public void measure() {
        ask(MEASURE);
    }

    /** What it has found so far. */
    <R> R result(Class<R> type) {
        String answer = ask(RESULT);
        try {
            return JsonMapper.builder().build().readValue(answer, type);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String ask(String order) {
        String answer = null;
        try {
            orders.write(order);
            orders.write('\n');
            orders.flush();
            answer = answer();
        } catch (IOException e) {
            // It has ended, which the missing answer says.
        }
        if (answer == null) {
            throw UserError.failed("the process for %s has ended; what it said is above", name);
        }
        return answer;
    }

    /** The next answer; null where the process has ended. */
    private String answer() throws IOException {
        for (String line; (line = answers.readLine()) != null; ) {
            // Java may have begun the line without ending it.
            int start = line.indexOf(ANSWER);
            if (start >= 0) {
                return line.substring(start + ANSWER.length());
            }
            System.err.println(line);
        }
        return null;
    }

    @Override
    public void close() {
        try {
            orders.close();
        } catch (IOException e) {
            // It has ended already.
        }
        try {
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
