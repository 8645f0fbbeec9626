package org.llamadl4j.model.tokenizer;

/**
 * Decodes ids as SentencePiece does: U+2581 becomes a space, the space that the encoder put before the text is dropped,
 * and bytes become characters, with U+FFFD for each byte that is no part of one.
 */
final class SentencePieceDecoder implements Tokenizer.StreamingDecoder {

    private final SentencePieceTokenizer tokenizer;
    private final SentencePieceModel.Normalizer normalizer;
    private final Utf8Characters characters = new Utf8Characters(true);
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
            characters.append((byte) piece.byteValue(), text);
            empty &= text.length() == before;
            return;
        }
        characters.finish(text);
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
        characters.finish(text);
        atStart = true;
        droppedSpace = false;
        empty = true;
    }
}
