package org.llamadl4j.model.text;

import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.text.TextFormat.Compression;

/** The unpacked bytes of a file, with the count of the packed bytes that they took. */
final class InputFile extends InputStream {

    private final Path file;
    private final Compression compression;
    private final CountingStream packed;
    private final InputStream unpacked;

    InputFile(Path file) {
        this.file = file;
        this.compression = TextFormat.of(file).compression();
        try {
            this.packed = new CountingStream(new FileInputStream(file.toFile()));
            this.unpacked = compression.unpack(packed);
        } catch (IOException e) {
            throw UserError.failed(e, "%s: cannot be read: %s", file, e.getMessage());
        }
    }

    String name() {
        return file.toString();
    }

    /** Bytes taken from the disk so far. */
    long bytesRead() {
        return packed.count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return unpacked.read(target, offset, length);
        } catch (IOException e) {
            throw compression == Compression.NONE
                    ? e
                    : new IOException("the archive is damaged (%s)".formatted(e.getMessage()), e);
        }
    }

    @Override
    public void close() throws IOException {
        unpacked.close();
    }

    private static final class CountingStream extends FilterInputStream {

        private long count;

        private CountingStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            count += Math.max(0, read);
            return read;
        }
    }
}
