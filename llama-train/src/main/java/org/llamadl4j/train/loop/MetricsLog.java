package org.llamadl4j.train.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/**
 * {@code metrics.jsonl}: one JSON object a step ({@code step, loss, learningRate, gradientNorm, tokens, seconds}) and
 * one an evaluation ({@code step, heldOutNatsPerToken, heldOutNatsPerByte, heldOutTokens, whole}), in the order of the
 * run. Numbers are written with all their digits.
 */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class MetricsLog implements TrainingListener, AutoCloseable {

    static final String STEP = "step";
    static final String LOSS = "loss";
    static final String HELD_OUT = "heldOutNatsPerToken";
    private static final String WHOLE = "whole";

    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final BufferedWriter writer;

    /**
     * Opens the log of a run that has done {@code step} steps. What an interrupted run wrote after them is removed, and
     * so is its last evaluation, which is made again: the file is as of a run never stopped.
     */
    static MetricsLog open(Path file, int step) {
        try {
            if (Files.exists(file)) {
                truncate(file, step);
            }
            return new MetricsLog(
                    file, Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** Gives each object of {@code file} to {@code consumer}, up to the first line that is not whole. */
    static void read(Path file, Consumer<JsonNode> consumer) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String line; (line = reader.readLine()) != null; ) {
                consumer.accept(JSON.readTree(line));
            }
        } catch (JsonProcessingException e) {
            // The process was killed in the middle of this line; nothing can follow it.
            return;
        }
    }

    @Override
    public void stepped(TrainingStep step) {
        append(JSON.createObjectNode()
                .put(STEP, step.step())
                .put(LOSS, step.loss())
                .put("learningRate", step.learningRate())
                .put("gradientNorm", step.gradientNorm())
                .put("tokens", step.tokens())
                .put("seconds", step.seconds()));
    }

    @Override
    public void evaluated(Evaluation evaluation) {
        append(JSON.createObjectNode()
                .put(STEP, evaluation.step())
                .put(HELD_OUT, evaluation.natsPerToken())
                .put("heldOutNatsPerByte", evaluation.natsPerByte())
                .put("heldOutTokens", evaluation.tokens())
                .put(WHOLE, evaluation.whole()));
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** Each line is handed to the system at once, so that it outlives the process. */
    private void append(ObjectNode object) {
        try {
            writer.write(object.toString());
            writer.write('\n');
            writer.flush();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static void truncate(Path file, int step) throws IOException {
        Path kept = file.resolveSibling("." + file.getFileName() + ".writing");
        try (BufferedWriter writer = Files.newBufferedWriter(kept)) {
            StringBuilder lines = new StringBuilder();
            read(file, object -> {
                if (object.path(STEP).asInt() <= step && !object.path(WHOLE).asBoolean()) {
                    lines.append(object).append('\n');
                }
            });
            writer.append(lines);
        }
        Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static UserError failed(Path file, IOException e) {
        return UserError.failed(e, "%s cannot be written: %s; the last checkpoint is kept", file, e.getMessage());
    }
}
