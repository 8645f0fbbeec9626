package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.llamadl4j.model.error.UserError;

/**
 * A file that PyTorch's {@code torch.save} wrote, since version 1.6 of it: a zip archive whose entries lie in one folder
 * and are stored as they are, so that any byte of them can be read at its place in the file. Nothing is ever unpacked.
 */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class TorchArchive implements Closeable {

    /** Bytes of the directory and of the headers of entries that are read at most; a thousand tensors have some 150 kB. */
    private static final long LONGEST_DIRECTORY = 2 << 20;

    private static final byte[] FIRST_BYTES = {'P', 'K', 3, 4};
    private static final byte[] END_OF_DIRECTORY = {'P', 'K', 5, 6};
    private static final int END_OF_DIRECTORY_BYTES = 22;

    /** A pickle of protocol 2 that begins with the number 0x1950a86a20f9469cfc6c. */
    private static final byte[] FIRST_BYTES_BEFORE_1_6 = {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc};

    private final Path file;
    private final FileChannel channel;

    /** By name, without the folder that all are in. */
    private final Map<String, Entry> entries;

    /**
     * Where an entry lies in the file.
     *
     * @param begin its first byte
     * @param end the byte after its last
     */
    record Entry(long begin, long end) {

        long bytes() {
            return end - begin;
        }
    }

    /**
     * Opens {@code file} and checks its directory.
     *
     * @throws UserError if there is no such file, or it is not what PyTorch writes
     */
    static TorchArchive open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw UserError.failed("%s is a folder; a file is wanted", file);
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(file);
        } catch (NoSuchFileException e) {
            throw UserError.failed(e, "there is no file %s", file);
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be read; is it a file, and yours to read?", file);
        }
        try {
            checkEnds(file, channel);
            return new TorchArchive(file, channel, readDirectory(file, channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void checkEnds(Path file, FileChannel channel) throws IOException {
        if (beginsWith(FIRST_BYTES_BEFORE_1_6, channel, 0)) {
            throw UserError.failed(
                    "%s is of the format that PyTorch wrote before version 1.6; load it with a newer PyTorch"
                            + " and save it again with torch.save",
                    file);
        }
        if (!beginsWith(FIRST_BYTES, channel, 0)) {
            throw UserError.failed("%s is no file of PyTorch: it does not begin as a zip archive does", file);
        }
        if (!beginsWith(END_OF_DIRECTORY, channel, channel.size() - END_OF_DIRECTORY_BYTES)) {
            throw UserError.failed("%s is cut short: it does not end as a zip archive does", file);
        }
    }

    private static boolean beginsWith(byte[] expected, FileChannel channel, long position) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(expected.length);
        while (position >= 0 && bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) >= 0) {}
        return Arrays.equals(bytes.array(), expected);
    }

    private static Map<String, Entry> readDirectory(Path file, FileChannel channel) throws IOException {
        List<ZipArchiveEntry> byPlace = zipEntries(file, channel);
        if (byPlace.isEmpty()) {
            throw UserError.failed("%s is an empty zip archive", file);
        }
        Map<String, Entry> entries = new HashMap<>();
        String folder = byPlace.get(0).getName().split("/", -1)[0];
        long fileBytes = channel.size();
        long covered = 0;
        for (ZipArchiveEntry zipped : byPlace) {
            String name = zipped.getName();
            checkName(name, folder, file);
            checkStored(zipped, file);
            long begin = zipped.getDataOffset();
            if (zipped.getLocalHeaderOffset() < covered) {
                throw UserError.failed(
                        "%s: entry '%s' begins at byte %d, inside the one before it, which ends at byte %d",
                        file, printable(name), zipped.getLocalHeaderOffset(), covered);
            }
            if (zipped.getSize() > fileBytes - begin) {
                throw UserError.failed(
                        "%s: entry '%s' has %d bytes from byte %d on; the file has %d in all",
                        file, printable(name), zipped.getSize(), begin, fileBytes);
            }
            covered = begin + zipped.getSize();
            if (entries.put(name.substring(folder.length() + 1), new Entry(begin, covered)) != null) {
                throw UserError.failed("%s has two entries '%s'", file, printable(name));
            }
        }
        return entries;
    }

    /** What the directory lists, by place in the file. */
    private static List<ZipArchiveEntry> zipEntries(Path file, FileChannel channel) {
        try (ZipFile zip = ZipFile.builder()
                .setSeekableByteChannel(new BoundedChannel(channel, LONGEST_DIRECTORY))
                .setUseUnicodeExtraFields(false)
                .get()) {
            return Collections.list(zip.getEntriesInPhysicalOrder());
        } catch (IOException | RuntimeException e) {
            // Whatever the library makes of a damaged file; the cause says more.
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw UserError.failed(e, "%s: the directory of its zip archive is damaged: %s", file, reason.getMessage());
        }
    }

    private static void checkStored(ZipArchiveEntry zipped, Path file) {
        if (zipped.getMethod() != ZipMethod.STORED.getCode()
                || zipped.getSize() != zipped.getCompressedSize()
                || zipped.getGeneralPurposeBit().usesEncryption()) {
            throw UserError.failed(
                    "%s: entry '%s' is compressed or encrypted; torch.save stores entries as they are",
                    file, printable(zipped.getName()));
        }
    }

    private static void checkName(String name, String folder, Path file) {
        List<String> parts = Arrays.asList(name.split("/", -1));
        boolean leaves = parts.stream().anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        if (leaves || parts.size() < 2 || name.contains("\\") || !parts.get(0).equals(folder)) {
            throw UserError.failed(
                    "%s: entry '%s' is not where PyTorch puts entries, in the one folder '%s'",
                    file, printable(name), printable(folder));
        }
    }

    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }

    Path file() {
        return file;
    }

    /**
     * The entry that torch.save called {@code name}.
     *
     * @throws UserError if there is none
     */
    Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw UserError.failed("%s has no entry '%s'; is it a file of torch.save?", file, name);
        }
        return entry;
    }

    boolean contains(String name) {
        return entries.containsKey(name);
    }

    /**
     * The whole of entry {@code name}.
     *
     * @throws UserError if there is none, or it has more than {@code most} bytes
     */
    byte[] readAll(String name, int most) throws IOException {
        Entry entry = entry(name);
        if (entry.bytes() > most) {
            throw UserError.failed(
                    "%s: entry '%s' has %d bytes; %d is the most that is read", file, name, entry.bytes(), most);
        }
        byte[] bytes = new byte[(int) entry.bytes()];
        read(entry, 0, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Where byte {@code offset} of {@code entry} lies. */
    FilePart location(Entry entry, long offset) {
        return new FilePart(channel, entry.begin + offset);
    }

    /** Fills {@code target} with the bytes of {@code entry} from its byte {@code offset} on. */
    void read(Entry entry, long offset, ByteBuffer target) throws IOException {
        long position = entry.begin + offset;
        while (target.hasRemaining()) {
            int count = channel.read(target, position);
            if (count < 0) {
                throw UserError.failed("%s was cut short while it was read", file);
            }
            position += count;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
