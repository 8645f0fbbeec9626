package org.llamadl4j.train.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.llamadl4j.model.checkpoint.AtomicFolder;
import org.llamadl4j.model.error.UserError;

/**
 * The folder of a run:
 *
 * <pre>
 * OUT/checkpoint-00001000/   a model folder, with optimizer.safetensors and training.json
 * OUT/model/                 the finished model
 * OUT/metrics.jsonl          every step and evaluation
 * OUT/loss.png               the same as a picture
 * </pre>
 *
 * @param path OUT
 */
record RunFolder(Path path) {

    private static final String METRICS = "metrics.jsonl";
    private static final String CHART = "loss.png";

    Path metrics() {
        return path.resolve(METRICS);
    }

    Path chart() {
        return path.resolve(CHART);
    }

    Path model() {
        return path.resolve("model");
    }

    Checkpoints checkpoints(int keep) {
        return new Checkpoints(path, keep);
    }

    /**
     * Makes the folder for a new run. Anything in it that could be missed is a {@link UserError}; a run that was stopped
     * before its first checkpoint leaves nothing such.
     */
    void create() {
        try {
            Files.createDirectories(path);
            Optional<Path> content = content();
            if (content.isPresent()) {
                throw UserError.usage(
                        "%s is not empty (it has %s): name another folder, or --resume to go on with the run in it",
                        path, content.get().getFileName());
            }
            Files.deleteIfExists(metrics());
            Files.deleteIfExists(chart());
        } catch (IOException e) {
            throw UserError.failed(e, "the folder %s cannot be made: %s", path, e.getMessage());
        }
    }

    /** Makes {@link #model} of the files of a model in {@code checkpoint}, as links where the file system has them. */
    void publish(Path checkpoint, long bytes) {
        AtomicFolder.write(model(), bytes, folder -> {
            try (Stream<Path> files = Files.list(checkpoint)) {
                for (Path file : files.filter(RunFolder::belongsToModel).toList()) {
                    linkOrCopy(file, folder.resolve(file.getFileName()));
                }
            }
        });
    }

    private Optional<Path> content() throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(entry -> {
                        String name = entry.getFileName().toString();
                        return !name.equals(METRICS) && !name.equals(CHART) && !name.endsWith(".writing");
                    })
                    .sorted()
                    .findFirst();
        }
    }

    private static boolean belongsToModel(Path file) {
        String name = file.getFileName().toString();
        return !name.equals(OptimizerFile.NAME) && !name.equals(TrainingState.FILE);
    }

    private static void linkOrCopy(Path file, Path target) throws IOException {
        try {
            Files.createLink(target, file);
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(file, target);
        }
    }
}
