package org.llamadl4j.model.text;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.llamadl4j.model.error.UserError;

/**
 * How a file holds its text, told by its name.
 *
 * @param jsonLines one document a line instead of one document a file
 * @param compression how the bytes are packed
 */
record TextFormat(boolean jsonLines, Compression compression) {

    static final String KNOWN_ENDINGS = ".txt, .jsonl, .txt.gz, .jsonl.gz, .txt.zst or .jsonl.zst";

    /** Read as text these would be rubbish, some of it even valid UTF-8. */
    private static final Set<String> FOREIGN_ARCHIVES =
            Set.of("zip", "tar", "tgz", "bz2", "xz", "7z", "rar", "parquet", "arrow", "pdf", "epub");

    /** Windows up to 2 GiB, as written by {@code zstd --long=31}; the decoder takes only what the file asks for. */
    private static final int ZSTD_WINDOW_LOG_MAX = 31;

    enum Compression {
        NONE,
        GZIP,
        ZSTD;

        InputStream unpack(InputStream packed) throws IOException {
            return switch (this) {
                case NONE -> packed;
                case GZIP -> new GzipMembers(packed);
                case ZSTD -> new ZstdInputStream(packed).setLongMax(ZSTD_WINDOW_LOG_MAX);
            };
        }
    }

    static TextFormat of(Path file) {
        String name = name(file);
        Compression compression = compression(name);
        return new TextFormat(unpackedName(name).endsWith(".jsonl"), compression);
    }

    static boolean isKnown(Path file) {
        String unpacked = unpackedName(name(file));
        return unpacked.endsWith(".txt") || unpacked.endsWith(".jsonl");
    }

    static void refuseForeignArchive(Path file) {
        String unpacked = unpackedName(name(file));
        String ending = unpacked.substring(unpacked.lastIndexOf('.') + 1);
        if (unpacked.contains(".") && FOREIGN_ARCHIVES.contains(ending)) {
            throw UserError.failed(
                    "%s: .%s files are not read; turn it into plain text, or into JSON lines with a field `text` (%s)",
                    file, ending, KNOWN_ENDINGS);
        }
    }

    private static String name(Path file) {
        Path name = file.getFileName();
        return name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
    }

    private static Compression compression(String name) {
        if (name.endsWith(".gz")) {
            return Compression.GZIP;
        }
        return name.endsWith(".zst") ? Compression.ZSTD : Compression.NONE;
    }

    private static String unpackedName(String name) {
        return switch (compression(name)) {
            case NONE -> name;
            case GZIP -> name.substring(0, name.length() - ".gz".length());
            case ZSTD -> name.substring(0, name.length() - ".zst".length());
        };
    }
}
