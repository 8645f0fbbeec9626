package org.llamadl4j.train.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.error.UserError;

/**
 * A dataset that is being made, in a hidden folder inside the one where it shall be. Only when everything is written do
 * its files move there, {@value DatasetManifest#FILE} last; so what stood there before stays whole until then, and a
 * dataset that was begun and not ended is known by the missing {@value DatasetManifest#FILE}.
 */
@Slf4j
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class PartialDataset implements Closeable {

    private static final String FOLDER = ".partial";
    private static final String LOCK = "lock";

    private final Path out;
    private final boolean outIsNew;
    private final FileChannel lock;

    /** Clears up where a signal such as Ctrl-C ends the process. */
    private final Thread onExit = new Thread(this::discard, "discard dataset");

    private boolean discarded;

    /**
     * Begins a dataset in the folder {@code out}, which is made if need be; what an interrupted preparation left there
     * is removed.
     *
     * @throws UserError if {@code out} holds a dataset already and is not to be overwritten, or if another process is
     *     making one there
     */
    static PartialDataset begin(Path out, boolean overwrite) throws IOException {
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw UserError.failed("%s is a file; --out names the folder of the dataset", out);
        }
        if (!overwrite && Files.exists(out.resolve(DatasetManifest.FILE))) {
            throw UserError.failed(
                    "%s already holds a dataset; choose another folder, or replace it with --overwrite", out);
        }
        boolean isNew = !Files.exists(out);
        Path folder = Files.createDirectories(out.resolve(FOLDER));
        FileChannel lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isLocked(lock)) {
            lock.close();
            throw UserError.failed("another `llama prepare` is at work in %s; wait for its end", out);
        }
        PartialDataset partial = new PartialDataset(out, isNew, lock);
        for (Path file : partial.files()) {
            if (!file.endsWith(LOCK)) {
                Files.delete(file);
            }
        }
        Runtime.getRuntime().addShutdownHook(partial.onExit);
        return partial;
    }

    /** Whether {@code out} shows that a preparation was interrupted there. */
    static boolean leftIn(Path out) {
        try (Stream<Path> files = Files.list(out)) {
            return files.anyMatch(file -> file.endsWith(FOLDER) || isShard(file));
        } catch (IOException e) {
            return false;
        }
    }

    /** Where the files of the dataset are to be written. */
    Path folder() {
        return out.resolve(FOLDER);
    }

    /** Puts everything that was written in place of what {@code out} held before. */
    synchronized void publish() throws IOException {
        force(folder());
        Files.deleteIfExists(out.resolve(DatasetManifest.FILE));
        for (Path old : list(out)) {
            if (isShard(old)) {
                Files.delete(old);
            }
        }
        for (Path file : files()) {
            if (!file.endsWith(LOCK) && !file.endsWith(DatasetManifest.FILE)) {
                move(file);
            }
        }
        force(out);
        move(folder().resolve(DatasetManifest.FILE));
        force(out);
    }

    /** Removes what was not published. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            log.debug("The process is ending, and clears up");
        }
        discard();
    }

    private synchronized void discard() {
        if (discarded) {
            return;
        }
        discarded = true;
        try {
            lock.close();
            for (Path file : files()) {
                Files.delete(file);
            }
            Files.delete(folder());
            if (outIsNew && list(out).isEmpty()) {
                Files.delete(out);
            }
        } catch (IOException e) {
            log.warn("Something unfinished stays in {}, and may be removed: {}", folder(), e.getMessage());
        }
    }

    /** Waits until {@code file}, or the names in a folder, are on the disk. */
    static void force(Path file) throws IOException {
        boolean folder = Files.isDirectory(file);
        if (folder && System.getProperty("os.name").startsWith("Windows")) {
            return; // which cannot open a folder, and keeps its names in order by itself
        }
        try (FileChannel channel =
                FileChannel.open(file, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static boolean isShard(Path file) {
        return file.getFileName().toString().matches("(train|validation)-\\d{5,}\\" + TokenShard.ENDING);
    }

    private void move(Path file) throws IOException {
        Files.move(file, out.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }

    private List<Path> files() throws IOException {
        return list(folder());
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
