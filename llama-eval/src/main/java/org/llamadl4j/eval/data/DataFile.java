package org.llamadl4j.eval.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.llamadl4j.model.error.UserError;

/**
 * A file of a benchmark, as it was found.
 *
 * @param name its path in the data folder, with slashes
 * @param location where it is, as messages say
 * @param uri where it is
 */
public record DataFile(String name, String location, URI uri) {

    private static final int BLOCK = 1 << 16;

    /** The file at {@code path}. */
    static DataFile of(String name, Path path) {
        return new DataFile(name, path.toString(), path.toUri());
    }

    /** The file {@code name} of the program itself, beside {@code owner}. */
    public static DataFile resource(Class<?> owner, String name) {
        try {
            return new DataFile(
                    name,
                    name + " of the program itself",
                    owner.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The SHA-256 of its bytes on disk, in hexadecimal. */
    public String sha256() {
        try (InputStream in = uri.toURL().openStream()) {
            return DigestUtils.sha256Hex(in);
        } catch (IOException e) {
            throw cannotBeRead(e);
        }
    }

    /** Its bytes, unpacked where its name ends in {@code .gz}. */
    InputStream open() {
        try {
            InputStream in = new BufferedInputStream(uri.toURL().openStream(), BLOCK);
            if (!name.toLowerCase(Locale.ROOT).endsWith(".gz")) {
                return in;
            }
            try {
                return new GZIPInputStream(in, BLOCK);
            } catch (IOException e) {
                in.close();
                throw UserError.failed(
                        e, "%s: not a gzip file, though its name ends in .gz; download it again", location);
            }
        } catch (IOException e) {
            throw cannotBeRead(e);
        }
    }

    private UserError cannotBeRead(IOException e) {
        return UserError.failed(e, "%s: cannot be read: %s", location, e.getMessage());
    }
}
