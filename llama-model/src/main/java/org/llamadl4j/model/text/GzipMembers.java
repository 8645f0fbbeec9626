package org.llamadl4j.model.text;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The text of a gzip file (RFC 1952), which is one member after another. Unlike {@link java.util.zip.GZIPInputStream},
 * which ends quietly at a damaged header of a later member, it reads all of the file or fails.
 */
final class GzipMembers extends InputStream {

    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA_FIELD = 4;
    private static final int FILE_NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED_FLAGS = 0xE0;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] packed = new byte[1 << 16];
    private int position;
    private int limit;
    private boolean insideMember;
    private boolean anyMember;

    GzipMembers(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        try {
            while (insideMember || beginMember()) {
                int count = inflater.inflate(target, offset, length);
                if (count > 0) {
                    checksum.update(target, offset, count);
                    return count;
                }
                if (inflater.finished()) {
                    position = limit - inflater.getRemaining();
                    endMember();
                } else if (inflater.needsInput()) {
                    position = limit;
                    require(peek() >= 0);
                    inflater.setInput(packed, position, limit - position);
                } else {
                    throw new IOException("it needs a preset dictionary");
                }
            }
            return -1;
        } catch (DataFormatException e) {
            throw new IOException("its compressed data is damaged", e);
        }
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }

    private boolean beginMember() throws IOException {
        // gzip itself pads with zeros where a device wants whole blocks.
        while (anyMember && peek() == 0) {
            position++;
        }
        if (anyMember && peek() < 0) {
            return false;
        }
        if (next() != 0x1F || next() != 0x8B || next() != 8) {
            throw new IOException(
                    anyMember ? "something else follows its compressed data" : "it does not begin like a gzip file");
        }
        int flags = next();
        if ((flags & RESERVED_FLAGS) != 0) {
            throw new IOException("its header is damaged");
        }
        skip(6);
        if ((flags & EXTRA_FIELD) != 0) {
            skip(next() | next() << 8);
        }
        if ((flags & FILE_NAME) != 0) {
            skipString();
        }
        if ((flags & COMMENT) != 0) {
            skipString();
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            skip(2);
        }
        anyMember = true;
        insideMember = true;
        inflater.reset();
        checksum.reset();
        inflater.setInput(packed, position, limit - position);
        return true;
    }

    private void endMember() throws IOException {
        long expectedChecksum = nextInt();
        long expectedLength = nextInt();
        if (expectedChecksum != checksum.getValue() || expectedLength != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
            throw new IOException("its checksum does not fit its data");
        }
        insideMember = false;
    }

    private int peek() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, in.read(packed, 0, packed.length));
        }
        return position < limit ? packed[position] & 0xFF : -1;
    }

    private int next() throws IOException {
        int value = peek();
        require(value >= 0);
        position++;
        return value;
    }

    private long nextInt() throws IOException {
        return next() | next() << 8 | next() << 16 | (long) next() << 24;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            next();
        }
    }

    private void skipString() throws IOException {
        while (next() != 0) {
            continue;
        }
    }

    private static void require(boolean present) throws IOException {
        if (!present) {
            throw new EOFException("it is cut short");
        }
    }
}
