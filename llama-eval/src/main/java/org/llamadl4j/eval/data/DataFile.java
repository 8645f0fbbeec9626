package org.llamadl4j.eval.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.llamadl4j.model.error.UserError;

/**
 * A file of a benchmark, as it was found.
 *
 * @param name its path in the data folder, with slashes
 * @param path where it is
 */
public record DataFile(String name, Path path) {

    private static final int BLOCK = 1 << 16;

    /** The SHA-256 of its bytes on disk, in hexadecimal. */
    public String sha256() {
        MessageDigest digest = Sha256.digest();
        byte[] block = new byte[BLOCK];
        try (InputStream in = Files.newInputStream(path)) {
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                digest.update(block, 0, count);
            }
        } catch (IOException e) {
            throw cannotBeRead(e);
        }
        return Sha256.hex(digest.digest());
    }

    /** Its bytes, unpacked where its name ends in {@code .gz}. */
    InputStream open() {
        try {
            InputStream in = new BufferedInputStream(Files.newInputStream(path), BLOCK);
            if (!name.toLowerCase(Locale.ROOT).endsWith(".gz")) {
                return in;
            }
            try {
                return new GZIPInputStream(in, BLOCK);
            } catch (IOException e) {
                in.close();
                throw UserError.failed(e, "%s: not a gzip file, though its name ends in .gz; download it again", path);
            }
        } catch (IOException e) {
            throw cannotBeRead(e);
        }
    }

    private UserError cannotBeRead(IOException e) {
        return UserError.failed(e, "%s: cannot be read: %s", path, e.getMessage());
    }
}
