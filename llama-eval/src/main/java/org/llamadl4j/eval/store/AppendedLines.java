package org.llamadl4j.eval.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/**
 * A file of lines that only ever gets more of them. What a program was writing when it ended is dropped when the file is opened
 * again, so that lines are whole. A file is open in one program at a time.
 */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
public final class AppendedLines implements AutoCloseable {

    /** Takes what a file holds, a line at a time; an IllegalArgumentException or JSON error says that a line is not right. */
    public interface LineConsumer {
        /** @param number of the line, from 1 */
        void accept(int number, String line) throws IOException;
    }

    private final Path file;
    private final FileChannel channel;

    /**
     * Opens {@code file}, which is made if there is none, and gives its lines to {@code consumer}.
     *
     * @throws UserError if it cannot be read, {@code consumer} refuses a line, or it is open in another program
     */
    public static AppendedLines open(Path file, LineConsumer consumer) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                lock(channel, file);
                dropUnfinishedLine(channel);
                read(channel, file, consumer);
                return new AppendedLines(file, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw failed(e, file);
        }
    }

    private static void lock(FileChannel channel, Path file) throws IOException {
        boolean locked;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            locked = false;
        }
        if (!locked) {
            throw UserError.failed(
                    "%s is in use: another evaluation writes to the same folder; wait until it has ended, or give this one a"
                            + " folder of its own",
                    file);
        }
    }

    /** Whatever stands after the last line break was being written when a program ended. */
    private static void dropUnfinishedLine(FileChannel channel) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(1 << 16);
        long end = channel.size();
        while (end > 0) {
            long begin = Math.max(0, end - block.capacity());
            block.clear().limit((int) (end - begin));
            while (block.hasRemaining() && channel.read(block, begin + block.position()) >= 0) {
                // goes on
            }
            for (int i = block.position() - 1; i >= 0; i--) {
                if (block.get(i) == '\n') {
                    channel.truncate(begin + i + 1);
                    return;
                }
            }
            end = begin;
        }
        channel.truncate(0);
    }

    private static void read(FileChannel channel, Path file, LineConsumer consumer) throws IOException {
        // Closing the reader would close the channel.
        BufferedReader lines = new BufferedReader(Channels.newReader(channel.position(0), StandardCharsets.UTF_8));
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            try {
                consumer.accept(number, line);
            } catch (JsonProcessingException | IllegalArgumentException e) {
                throw UserError.failed(
                        e,
                        "%s, line %d: not what an evaluation writes; delete the file, and what it held is asked again",
                        file,
                        number);
            }
        }
        channel.position(channel.size());
    }

    /** Whether it has no line yet. */
    public boolean isEmpty() {
        try {
            return channel.size() == 0;
        } catch (IOException e) {
            throw failed(e, file);
        }
    }

    /** Adds {@code line}, which has no line break. */
    public void append(String line) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failed(e, file);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(e, file);
        }
    }

    private static UserError failed(IOException e, Path file) {
        return UserError.failed(e, "the answers in %s cannot be read or written: %s", file, e.getMessage());
    }
}
