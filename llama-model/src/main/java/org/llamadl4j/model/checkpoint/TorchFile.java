package org.llamadl4j.model.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/** The tensors of a {@code .pth} file; their elements are read when they are asked for, in pieces. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class TorchFile implements Closeable {

    private static final String PICKLE = "data.pkl";

    /** Longest pickle: a hundred bytes or two describe a tensor. */
    private static final int LONGEST_PICKLE = 1 << 20;

    private static final String BYTE_ORDER = "byteorder";
    private static final int LONGEST_BYTE_ORDER = 16;

    private final TorchArchive archive;
    private final Map<String, TorchTensor> tensors;

    /**
     * Opens {@code file}.
     *
     * @throws UserError if there is no such file, or it is not a whole dict of tensors of F32, F16 or BF16
     */
    static TorchFile open(Path file) throws IOException {
        TorchArchive archive = TorchArchive.open(file);
        try {
            checkByteOrder(archive);
            byte[] pickle = archive.readAll(PICKLE, LONGEST_PICKLE);
            Map<String, TorchTensor> tensors = TorchUnpickler.read(file + ": " + PICKLE, pickle);
            tensors.forEach((name, tensor) -> checkStorage(archive, name, tensor.storage()));
            return new TorchFile(archive, tensors);
        } catch (IOException | RuntimeException e) {
            archive.close();
            throw e;
        }
    }

    private static void checkByteOrder(TorchArchive archive) throws IOException {
        if (!archive.contains(BYTE_ORDER)) {
            // Older versions of PyTorch do not write it, nor do they run where it would be another.
            return;
        }
        byte[] order = archive.readAll(BYTE_ORDER, LONGEST_BYTE_ORDER);
        if (!new String(order, StandardCharsets.ISO_8859_1).equals("little")) {
            throw UserError.failed(
                    "%s: its entry '%s' does not say 'little'; numbers in another order of bytes are not read",
                    archive.file(), BYTE_ORDER);
        }
    }

    private static void checkStorage(TorchArchive archive, String name, TorchStorage storage) {
        long bytes = archive.entry(storage.entry()).bytes();
        if (bytes % storage.format().bytes() != 0 || bytes / storage.format().bytes() != storage.size()) {
            throw UserError.failed(
                    "%s: tensor '%s' is in a storage of %d elements of %s, but entry '%s' has %d bytes",
                    archive.file(), name, storage.size(), storage.format(), storage.entry(), bytes);
        }
    }

    Path file() {
        return archive.file();
    }

    Set<String> names() {
        return tensors.keySet();
    }

    /** Tensor {@code name}, or null. */
    TorchTensor tensor(String name) {
        return tensors.get(name);
    }

    /** Where the elements of {@code tensor} lie. */
    FilePart location(TorchTensor tensor) {
        long bytes = tensor.offset() * tensor.storage().format().bytes();
        return archive.location(archive.entry(tensor.storage().entry()), bytes);
    }

    /** Fills {@code target} with the elements of {@code tensor} from element {@code offset} on, as they are stored. */
    void read(TorchTensor tensor, long offset, ByteBuffer target) throws IOException {
        TorchArchive.Entry entry = archive.entry(tensor.storage().entry());
        archive.read(
                entry, (tensor.offset() + offset) * tensor.storage().format().bytes(), target);
    }

    @Override
    public void close() throws IOException {
        archive.close();
    }
}
