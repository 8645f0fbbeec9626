package org.llamadl4j.model.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * Decodes ids as SentencePiece does: U+2581 becomes a space, the space that the encoder put before the text is dropped,
 * and bytes become characters, with U+FFFD for each byte that is no part of one.
 */
final class SentencePieceDecoder implements Tokenizer.StreamingDecoder {

    private final SentencePieceTokenizer tokenizer;
    private final SentencePieceModel.Normalizer normalizer;
    private final byte[] bytes = new byte[4];
    private int heldBytes;
    private boolean atStart = true;
    private boolean droppedSpace;
    private boolean empty = true;

    SentencePieceDecoder(SentencePieceTokenizer tokenizer, SentencePieceModel.Normalizer normalizer) {
        this.tokenizer = tokenizer;
        this.normalizer = normalizer;
    }

    @Override
    public String append(int id) {
        StringBuilder text = new StringBuilder();
        append(id, text);
        return text.toString();
    }

    void append(int id, StringBuilder text) {
        int before = text.length();
        Piece piece = tokenizer.entry(id);
        if (piece.type() == PieceType.BYTE) {
            bytes[heldBytes++] = (byte) piece.byteValue();
            decodeBytes(text, false);
            empty &= text.length() == before;
            return;
        }
        decodeBytes(text, true);
        empty &= text.length() == before;
        if (droppedSpace || !empty) {
            atStart = false;
        }
        droppedSpace = false;
        switch (piece.type()) {
            case CONTROL -> {}
            case UNKNOWN -> text.append(tokenizer.unknownSurface());
            default -> appendPiece(piece.text(), text);
        }
        empty &= text.length() == before;
    }

    private void appendPiece(String piece, StringBuilder text) {
        int start = 0;
        if (atStart
                && piece.charAt(0) == MergeTable.ESCAPED_SPACE
                && (normalizer.addDummyPrefix() || normalizer.removeExtraWhitespaces())) {
            start = 1;
            droppedSpace = !normalizer.removeExtraWhitespaces();
        }
        for (int i = start; i < piece.length(); i++) {
            char c = piece.charAt(i);
            text.append(c == MergeTable.ESCAPED_SPACE ? ' ' : c);
        }
    }

    @Override
    public String finish() {
        StringBuilder text = new StringBuilder();
        finish(text);
        return text.toString();
    }

    void finish(StringBuilder text) {
        decodeBytes(text, true);
        atStart = true;
        droppedSpace = false;
        empty = true;
    }

    /** Takes characters from the held bytes; an unfinished one stays, unless this is the end of the bytes. */
    private void decodeBytes(StringBuilder text, boolean end) {
        while (heldBytes > 0) {
            int length = sequenceLength(bytes[0]);
            int available = Math.min(length, heldBytes);
            boolean valid = length > 0;
            for (int i = 1; i < available; i++) {
                valid &= (bytes[i] & 0xC0) == 0x80;
            }
            if (valid && available < length && !end) {
                return;
            }
            valid &= available == length && isShortestForm(length);
            if (valid) {
                text.append(new String(bytes, 0, length, StandardCharsets.UTF_8));
            } else {
                text.append('\uFFFD');
            }
            int taken = valid ? length : 1;
            heldBytes -= taken;
            System.arraycopy(bytes, taken, bytes, 0, heldBytes);
        }
    }

    private static int sequenceLength(byte first) {
        if (first >= 0) {
            return 1;
        }
        if ((first & 0xE0) == 0xC0) {
            return 2;
        }
        if ((first & 0xF0) == 0xE0) {
            return 3;
        }
        return (first & 0xF8) == 0xF0 ? 4 : 0;
    }

    private boolean isShortestForm(int length) {
        int second = bytes[1] & 0x3F;
        int first = bytes[0] & 0xFF;
        return switch (length) {
            case 1 -> true;
            case 2 -> first >= 0xC2;
            case 3 -> (first > 0xE0 || second >= 0x20) && (first != 0xED || second < 0x20);
            default -> (first > 0xF0 || second >= 0x10) && (first < 0xF4 || first == 0xF4 && second < 0x10);
        };
    }
}
