package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.error.UserError;

/**
 * A model folder that appears whole or not at all: it is filled under a temporary name beside its own, made durable and
 * then renamed. Whatever goes wrong, the folder that was there before is still there.
 */
@Slf4j
public final class AtomicFolder {

    private AtomicFolder() {}

    /** Writes the files of a folder. */
    @FunctionalInterface
    public interface Contents {

        /** Fills {@code folder}, which exists and is empty. Its name is temporary. */
        void write(Path folder) throws IOException;
    }

    /**
     * Writes {@code folder}, and the folders above it where they are missing. An earlier model there is replaced with
     * all its files; any other folder is left alone.
     *
     * @param expectedBytes about how much {@code contents} writes, for the message when there is no room
     * @throws UserError if it cannot be written, or is something else than an earlier model; no trace of the attempt is
     *     left
     */
    public static void write(Path folder, long expectedBytes, Contents contents) {
        Path target = folder.toAbsolutePath().normalize();
        try {
            target = Files.exists(target) ? target.toRealPath() : target;
            requireReplaceable(target);
            Files.createDirectories(target.getParent());
            Path temporary = sibling(target, "writing");
            delete(temporary);
            try {
                Files.createDirectory(temporary);
                contents.write(temporary);
                synchronise(temporary);
                replace(target, temporary);
            } catch (IOException | RuntimeException e) {
                deleteAfter(e, temporary);
                throw e;
            }
            synchroniseFolder(target.getParent());
        } catch (IOException e) {
            throw UserError.failed(
                    e,
                    "cannot save %s: %s. It needs %s; %s is free there. What was there before is untouched.",
                    folder,
                    reason(e),
                    megabytes(expectedBytes),
                    free(target));
        }
    }

    /** Where an earlier {@code folder} is for the moment between two renames, and stays if the machine stops then. */
    static Path previous(Path folder) {
        return sibling(folder.toAbsolutePath().normalize(), "previous");
    }

    private static Path sibling(Path folder, String suffix) {
        return folder.resolveSibling("." + folder.getFileName() + "." + suffix);
    }

    private static void requireReplaceable(Path target) throws IOException {
        if (target.getParent() == null || Files.isRegularFile(target)) {
            throw UserError.failed("cannot save %s: it must be the name of a folder", target);
        }
        if (Files.isDirectory(target) && !Files.exists(target.resolve(HuggingFaceConfig.FILE))) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(target)) {
                if (files.iterator().hasNext()) {
                    throw UserError.failed(
                            "cannot save %s: the folder holds something else than a model (it has no %s); "
                                    + "choose another, or empty it",
                            target, HuggingFaceConfig.FILE);
                }
            }
        }
    }

    private static void replace(Path target, Path temporary) throws IOException {
        if (!Files.exists(target)) {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path previous = previous(target);
        delete(previous);
        Files.move(target, previous, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(previous, target, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        try {
            delete(previous);
        } catch (IOException e) {
            log.warn("The earlier {} is left as {}: {}", target, previous, reason(e));
        }
    }

    /** Everything is on disk before the folder gets its name. */
    private static void synchronise(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.toList();
        }
        for (Path file : files) {
            if (Files.isDirectory(file)) {
                synchroniseFolder(file);
            } else {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    open.getFD().sync();
                }
            }
        }
    }

    private static void synchroniseFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            log.debug("This file system does not synchronise folders: {}", e.toString());
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }

    private static void deleteAfter(Exception failure, Path folder) {
        try {
            delete(folder);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** The message of a file system's exception without the name of the temporary file. */
    private static String reason(IOException e) {
        if (e instanceof FileSystemException failure && failure.getReason() != null) {
            return failure.getReason();
        }
        return e instanceof FileSystemException ? e.getClass().getSimpleName() + " " + e.getMessage() : e.getMessage();
    }

    private static String megabytes(long bytes) {
        return "%,.1f MB".formatted(bytes / 1e6);
    }

    private static String free(Path target) {
        for (Path folder = target.getParent(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder)) {
                try {
                    return megabytes(Files.getFileStore(folder).getUsableSpace());
                } catch (IOException e) {
                    break;
                }
            }
        }
        return "an unknown amount";
    }
}
