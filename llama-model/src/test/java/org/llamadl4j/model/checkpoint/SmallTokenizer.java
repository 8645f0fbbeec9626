package org.llamadl4j.model.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.llamadl4j.model.tokenizer.Piece;
import org.llamadl4j.model.tokenizer.PieceType;
import org.llamadl4j.model.tokenizer.SentencePieceTokenizer;
import org.llamadl4j.model.tokenizer.Vocabulary;

/** A tokenizer of any few pieces: unknown 0, BOS 1, EOS 2, and letters. */
final class SmallTokenizer {

    private SmallTokenizer() {}

    static void write(Path file, int size) throws IOException {
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece("<unk>", 0, PieceType.UNKNOWN));
        pieces.add(new Piece("<s>", 0, PieceType.CONTROL));
        pieces.add(new Piece("</s>", 0, PieceType.CONTROL));
        while (pieces.size() < size) {
            pieces.add(new Piece(Character.toString('a' + pieces.size()), -pieces.size(), PieceType.NORMAL));
        }
        Files.deleteIfExists(file);
        SentencePieceTokenizer.of(file, new Vocabulary(pieces, 0, 1, 2, true, false))
                .write(file);
    }
}
