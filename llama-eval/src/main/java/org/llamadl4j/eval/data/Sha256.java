package org.llamadl4j.eval.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import lombok.experimental.UtilityClass;

/** SHA-256 in hexadecimal. */
@UtilityClass
public class Sha256 {

    /** The digest of {@code text} in UTF-8. */
    public String of(String text) {
        return hex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
