package org.llamadl4j.model.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.llamadl4j.model.error.UserError;

/**
 * Raw text files.
 *
 * @param files every file, in the order in which it is read
 * @param bytes their size on disk
 */
public record TextCorpus(List<Path> files, long bytes) {

    public TextCorpus {
        files = List.copyOf(files);
    }

    /**
     * The text files that {@code inputs} stand for, in the order of {@code inputs}. A folder stands for all files below
     * it that end in {@code .txt} or {@code .jsonl}, or in one of these and {@code .gz} or {@code .zst}, sorted by
     * their path so that the order is the same on every machine; hidden files are left out. A file that is named
     * itself may have any ending: without a known one it is read as plain text. A file is read once, however often it
     * is named.
     *
     * @throws UserError if an input is missing or unreadable, is an archive of an unknown kind, or if there is no text
     */
    public static TextCorpus find(List<Path> inputs) {
        if (inputs.isEmpty()) {
            throw UserError.usage("no input: name text files (%s) or folders of them", TextFormat.KNOWN_ENDINGS);
        }
        List<Path> files = new ArrayList<>();
        Set<Path> seen = new HashSet<>();
        long bytes = 0;
        for (Path input : inputs) {
            try {
                for (Path file : filesOf(input)) {
                    if (seen.add(file.toRealPath())) {
                        files.add(file);
                        bytes += Files.size(file);
                    }
                }
            } catch (IOException e) {
                throw unreadable(input, e);
            }
        }
        if (files.isEmpty()) {
            throw UserError.failed(
                    "no text in %s: no file there ends in %s; name files with other endings one by one",
                    list(inputs), TextFormat.KNOWN_ENDINGS);
        }
        if (bytes == 0) {
            throw UserError.failed("no text in %s: every file is empty", list(inputs));
        }
        return new TextCorpus(files, bytes);
    }

    /**
     * Reads all documents from the beginning. The reader throws {@link UserError} for what is wrong in a file: bytes
     * that are not UTF-8 (file and offset), a broken JSON line (file and line), a damaged archive (file).
     *
     * @param replaceInvalidUtf8 reads bytes that are not UTF-8 as U+FFFD
     */
    public DocumentReader open(boolean replaceInvalidUtf8) {
        return new CorpusReader(files, replaceInvalidUtf8);
    }

    /** The files of this corpus that are not in {@code other}; {@link UserError} if none is left. */
    public TextCorpus without(TextCorpus other) {
        try {
            Set<Path> excluded = new HashSet<>();
            for (Path file : other.files) {
                excluded.add(file.toRealPath());
            }
            List<Path> kept = new ArrayList<>();
            long keptBytes = 0;
            for (Path file : files) {
                if (!excluded.contains(file.toRealPath())) {
                    kept.add(file);
                    keptBytes += Files.size(file);
                }
            }
            if (kept.isEmpty()) {
                throw UserError.failed("no input is left: all %d files are held out, too", files.size());
            }
            return new TextCorpus(kept, keptBytes);
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be read", e.getMessage());
        }
    }

    private static List<Path> filesOf(Path input) throws IOException {
        if (!Files.exists(input)) {
            throw UserError.failed("%s does not exist", input);
        }
        if (!Files.isReadable(input)) {
            throw UserError.failed("%s cannot be read: permission denied", input);
        }
        if (Files.isRegularFile(input)) {
            TextFormat.refuseForeignArchive(input);
            return List.of(input);
        }
        if (!Files.isDirectory(input)) {
            throw UserError.failed("%s is neither a file nor a folder", input);
        }
        try (Stream<Path> below = Files.walk(input, FileVisitOption.FOLLOW_LINKS)) {
            return below.filter(file -> isText(input, file))
                    .sorted(Comparator.comparing(file -> slashed(input.relativize(file))))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean isText(Path folder, Path file) {
        return Files.isRegularFile(file)
                && TextFormat.isKnown(file)
                && !("/" + slashed(folder.relativize(file))).contains("/.");
    }

    /** The same for one relative path on every system, so that sorting is too. */
    private static String slashed(Path path) {
        return path.toString().replace('\\', '/');
    }

    private static UserError unreadable(Path input, IOException e) {
        if (e instanceof FileSystemLoopException) {
            return UserError.failed(e, "%s: a link leads back into its own folder: %s", input, e.getMessage());
        }
        if (e instanceof AccessDeniedException) {
            return UserError.failed(e, "%s cannot be read: permission denied", e.getMessage());
        }
        return UserError.failed(e, "%s cannot be read: %s", input, e.getMessage());
    }

    private static String list(List<Path> inputs) {
        return String.join(", ", inputs.stream().map(Path::toString).toList());
    }
}
