package org.llamadl4j.model.tokenizer;

/**
 * How byte-level BPE spells bytes as visible characters, in {@code tokenizer.json} and GGUF: those of Latin-1 that can be
 * seen stand for themselves, the others in order for U+0100 and on, so that a space is U+0120.
 *
 * <p>A byte string is kept as a string of the characters U+0000 to U+00FF, one a byte.
 */
final class ByteSpelling {

    private static final char FIRST_SUBSTITUTE = 0x100;

    private static final char[] SPELLING = new char[256];

    /** The byte that each character stands for, or -1. */
    private static final short[] BYTES;

    static {
        char substitute = FIRST_SUBSTITUTE;
        for (char value = 0; value < 256; value++) {
            SPELLING[value] = isVisible(value) ? value : substitute++;
        }
        BYTES = new short[substitute];
        for (char character = 0; character < substitute; character++) {
            BYTES[character] = -1;
        }
        for (short value = 0; value < 256; value++) {
            BYTES[SPELLING[value]] = value;
        }
    }

    private ByteSpelling() {}

    private static boolean isVisible(char value) {
        return value >= '!' && value <= '~' || value >= 0xA1 && value != 0xAD;
    }

    /** The spelling of a byte string. */
    static String spell(String bytes) {
        char[] spelling = new char[bytes.length()];
        for (int i = 0; i < spelling.length; i++) {
            spelling[i] = SPELLING[bytes.charAt(i)];
        }
        return new String(spelling);
    }

    /** The byte string that {@code spelling} stands for, or null if it is none. */
    static String bytes(String spelling) {
        char[] bytes = new char[spelling.length()];
        for (int i = 0; i < bytes.length; i++) {
            char character = spelling.charAt(i);
            if (character >= BYTES.length || BYTES[character] < 0) {
                return null;
            }
            bytes[i] = (char) BYTES[character];
        }
        return new String(bytes);
    }
}
