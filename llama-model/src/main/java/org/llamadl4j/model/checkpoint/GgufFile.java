package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.llamadl4j.model.error.UserError;

/**
 * An open GGUF file. Its data is read when it is asked for, in pieces: mapped pages would count as memory of a conversion
 * that holds one piece at a time. To compute with it, others map it: {@link #location}.
 */
final class GgufFile implements Closeable {

    private final Path file;
    private final RandomAccessFile input;
    private final GgufHeader header;

    private GgufFile(Path file, RandomAccessFile input, GgufHeader header) {
        this.file = file;
        this.input = input;
        this.header = header;
    }

    /**
     * Opens {@code file} and checks its header against its size.
     *
     * @throws UserError if there is no such file, it is of another format, or it is not whole
     */
    static GgufFile open(Path file) throws IOException {
        RandomAccessFile input;
        try {
            input = new RandomAccessFile(file.toFile(), "r");
        } catch (FileNotFoundException e) {
            throw UserError.failed(
                    e,
                    Files.exists(file) ? "%s cannot be read; is it a file, and yours to read?" : "there is no file %s",
                    file);
        }
        try {
            return new GgufFile(file, input, GgufHeader.decode(new GgufCursor(file, input)));
        } catch (UncheckedIOException e) {
            input.close();
            throw e.getCause();
        } catch (IOException | RuntimeException e) {
            input.close();
            throw e;
        }
    }

    GgufHeader header() {
        return header;
    }

    /** Where a tensor lies. */
    FilePart location(GgufHeader.Entry tensor) {
        return new FilePart(input.getChannel(), header.dataStart() + tensor.begin());
    }

    /** Reads {@code length} bytes of a tensor, from its byte {@code offset} on. */
    void read(GgufHeader.Entry tensor, long offset, byte[] target, int length) throws IOException {
        input.seek(header.dataStart() + tensor.begin() + offset);
        try {
            input.readFully(target, 0, length);
        } catch (EOFException e) {
            throw UserError.failed(e, "%s was cut short while it was read", file);
        }
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
