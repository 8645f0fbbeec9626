package org.llamadl4j.train.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/**
 * The checkpoints of a run: folders {@code checkpoint-00001234}, named by their step. One gets its name when it is
 * whole, so a folder of such a name is always complete.
 */
@RequiredArgsConstructor
final class Checkpoints {

    private static final Pattern NAME = Pattern.compile("checkpoint-\\d{8,}");

    /** What a process that was killed while it saved leaves. */
    private static final Pattern UNFINISHED = Pattern.compile("\\.checkpoint-\\d{8,}\\.writing");

    private final Path run;

    /** How many of the newest stay. */
    private final int keep;

    /** The complete checkpoints, oldest first. */
    List<Path> all() {
        return list(NAME.asMatchPredicate());
    }

    Optional<Path> newest() {
        List<Path> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** For messages: what an error leaves to go on from. */
    String whatIsLeft() {
        return newest().map(path -> path + " is complete and kept; --resume goes on from it")
                .orElse("There is no earlier checkpoint");
    }

    /**
     * Writes the checkpoint of {@code step}; once it is complete, older ones beyond those that stay are removed.
     *
     * @param writer writes the folder it is given whole or not at all, and says with a {@link UserError} why not
     */
    Path save(int step, Consumer<Path> writer) {
        Path folder = run.resolve("checkpoint-%08d".formatted(step));
        try {
            writer.accept(folder);
        } catch (UserError e) {
            throw UserError.failed(e, "step %d: %s %s.", step, e.getMessage(), whatIsLeft());
        }
        List<Path> all = new ArrayList<>(all());
        while (all.size() > keep) {
            delete(all.remove(0));
        }
        return folder;
    }

    /** Removes what a killed process left of a checkpoint. */
    void removeUnfinished() {
        list(UNFINISHED.asMatchPredicate()).forEach(Checkpoints::delete);
    }

    private List<Path> list(Predicate<String> name) {
        if (!Files.isDirectory(run)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(run)) {
            return entries.filter(entry -> name.test(entry.getFileName().toString()))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        } catch (IOException e) {
            throw UserError.failed(e, "the folder %s cannot be read: %s", run, e.getMessage());
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw UserError.failed(e, "the old checkpoint %s cannot be removed: %s", folder, e.getMessage());
        }
    }
}
