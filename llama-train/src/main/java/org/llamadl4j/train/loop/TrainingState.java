package org.llamadl4j.train.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.llamadl4j.model.ProjectVersion;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.train.config.TrainConfig;

/**
 * Where a run stands, beside its weights and moments: what has to be known to go on as if it had never stopped.
 * {@code training.json} of a checkpoint.
 *
 * @param step updates done
 * @param steps updates of the whole run
 * @param cursor sequences taken from the data
 * @param elapsedSeconds time of the run so far
 * @param version of the program that wrote it
 * @param dataset digest of the prepared data
 * @param configSha256 digest of {@code config}
 * @param config every key of the run's configuration, with what follows from the model filled in
 */
public record TrainingState(
        int step,
        int steps,
        long cursor,
        double elapsedSeconds,
        String version,
        String dataset,
        String configSha256,
        Map<String, Object> config) {

    static final String FILE = "training.json";

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * The state after update {@code step}.
     *
     * @param config resolved for the model
     */
    static TrainingState of(int step, int steps, long cursor, Duration elapsed, String dataset, TrainConfig config) {
        Map<String, Object> values = config.values();
        return new TrainingState(
                step,
                steps,
                cursor,
                elapsed.toNanos() * 1e-9,
                ProjectVersion.number(),
                dataset,
                sha256(values),
                values);
    }

    /** Reads {@code training.json} of a checkpoint. */
    static TrainingState read(Path checkpoint) {
        Path file = checkpoint.resolve(FILE);
        try {
            return JSON.readValue(Files.readString(file), TrainingState.class);
        } catch (JsonProcessingException e) {
            throw UserError.failed(
                    e,
                    "%s is damaged (%s); remove this checkpoint to go on from an older one",
                    file,
                    e.getOriginalMessage());
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be read; remove this checkpoint to go on from an older one", file);
        }
    }

    /** Writes {@code training.json} into a checkpoint. */
    void write(Path checkpoint) throws IOException {
        String json = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
        Files.writeString(checkpoint.resolve(FILE), json + "\n");
    }

    private static String sha256(Map<String, Object> values) {
        try {
            return DigestUtils.sha256Hex(JSON.writeValueAsBytes(values));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
