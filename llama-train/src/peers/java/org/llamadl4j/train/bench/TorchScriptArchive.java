package org.llamadl4j.train.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A TorchScript module without parameters, as a file that PyTorch loads: a zip of its code, not compressed. */
final class TorchScriptArchive {

    /** Python's pickle of an object of the class {@code __torch__.%s} whose only attribute is {@code training = True}. */
    private static final String OBJECT = "\u0080\u0002c__torch__\n%s\n)\u0081}X\b\0\0\0training\u0088sb.";

    /** The pickle of an empty tuple. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";

    private TorchScriptArchive() {}

    /**
     * The file's content.
     *
     * @param className of the module, as {@code code} calls it
     * @param code TorchScript
     */
    static byte[] of(String className, byte[] code) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            add(zip, "module/data.pkl", OBJECT.formatted(className).getBytes(StandardCharsets.ISO_8859_1));
            add(zip, "module/code/__torch__.py", code);
            add(zip, "module/constants.pkl", NO_CONSTANTS.getBytes(StandardCharsets.ISO_8859_1));
            add(zip, "module/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
