package org.llamadl4j.eval.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.apache.commons.codec.digest.DigestUtils;
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
        try (InputStream in = Files.newInputStream(path)) {
            return DigestUtils.sha256Hex(in);
        } catch (IOException e) {
            throw cannotBeRead(e);
        }
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
