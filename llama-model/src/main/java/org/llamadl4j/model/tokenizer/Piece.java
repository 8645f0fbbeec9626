package org.llamadl4j.model.tokenizer;

/**
 * One entry of the vocabulary.
 *
 * @param text its spelling; U+2581 stands for a space
 * @param score of all neighbours that could merge, those that give the piece with the highest score do
 * @param type what it is for
 */
public record Piece(String text, float score, PieceType type) {

    private static final String HEX = "0123456789ABCDEF";

    /** The spelling of the piece for one byte, such as {@code <0x0A>}. */
    static String ofByte(int value) {
        return "<0x" + HEX.charAt(value >> 4) + HEX.charAt(value & 15) + ">";
    }

    /** The byte that this piece stands for, or -1 if it is not spelled as a byte. */
    int byteValue() {
        if (text.length() != 6 || !text.startsWith("<0x") || text.charAt(5) != '>') {
            return -1;
        }
        int high = HEX.indexOf(text.charAt(3));
        int low = HEX.indexOf(text.charAt(4));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
