package org.llamadl4j.model.tokenizer;

import java.nio.charset.StandardCharsets;
import lombok.RequiredArgsConstructor;

/**
 * Joins the bytes of tokens and reads them as UTF-8, with U+FFFD for whatever is none. Special tokens give nothing, not
 * even where they lie between the bytes of one character.
 */
@RequiredArgsConstructor
final class ByteLevelDecoder implements Tokenizer.StreamingDecoder {

    private final ByteLevelModel model;
    private final Utf8Characters characters = new Utf8Characters(false);

    @Override
    public String append(int id) {
        StringBuilder text = new StringBuilder();
        append(id, text);
        return text.toString();
    }

    void append(int id, StringBuilder text) {
        String bytes = model.bytes(id);
        if (bytes != null) {
            decode(bytes.getBytes(StandardCharsets.ISO_8859_1), text);
        } else if (model.piece(id).type() == PieceType.USER_DEFINED) {
            decode(model.piece(id).text().getBytes(StandardCharsets.UTF_8), text);
        }
    }

    private void decode(byte[] bytes, StringBuilder text) {
        for (byte value : bytes) {
            characters.append(value, text);
        }
    }

    @Override
    public String finish() {
        StringBuilder text = new StringBuilder();
        characters.finish(text);
        return text.toString();
    }
}
