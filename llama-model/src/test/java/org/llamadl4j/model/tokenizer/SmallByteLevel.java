package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A small vocabulary of byte-level BPE, learned from a few words, in each of its formats. */
public final class SmallByteLevel {

    public static final List<String> SPECIAL =
            List.of("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>");

    private static final String TEXT =
            "the thing in the ring is nothing to sing of said she we're I'll don't 123 1234 12 "
                    + "é ö größer größe 中文 中 ωμέγα ωμ 😀 😀😀 => => !!! ... \n\n \n    \t\t  the  thing   ring";

    private static final int MERGES = 60;

    /** Tokens as byte strings: first all bytes, in an order of their own, then what merges give. */
    private static final List<String> TOKENS = new ArrayList<>();

    /** Spelled, with a space between. */
    private static final List<String> MERGE_LIST = new ArrayList<>();

    static {
        for (int value = 0; value < 256; value++) {
            TOKENS.add(String.valueOf((char) ((value + '!') % 256)));
        }
        learn();
    }

    private SmallByteLevel() {}

    private static void learn() {
        List<List<String>> words = new ArrayList<>();
        for (String word : ReferenceSplit.words(TEXT)) {
            List<String> symbols = new ArrayList<>();
            for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
                symbols.add(String.valueOf((char) (value & 0xFF)));
            }
            words.add(symbols);
        }
        while (MERGE_LIST.size() < MERGES) {
            Map<List<String>, Integer> counts = new HashMap<>();
            words.forEach(word -> {
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(List.of(word.get(i), word.get(i + 1)), 1, Integer::sum);
                }
            });
            List<String> best = counts.entrySet().stream()
                    .max(Map.Entry.<List<String>, Integer>comparingByValue()
                            .thenComparing(entry -> String.join("\u0100", entry.getKey())))
                    .orElseThrow()
                    .getKey();
            String joined = String.join("", best);
            MERGE_LIST.add(ByteSpelling.spell(best.get(0)) + " " + ByteSpelling.spell(best.get(1)));
            if (!TOKENS.contains(joined)) {
                TOKENS.add(joined);
            }
            words.forEach(word -> {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (word.get(i).equals(best.get(0)) && word.get(i + 1).equals(best.get(1))) {
                        word.set(i, joined);
                        word.remove(i + 1);
                    }
                }
            });
        }
    }

    /** Spelled as in {@code tokenizer.json}. */
    static List<String> tokens() {
        return TOKENS.stream().map(ByteSpelling::spell).toList();
    }

    static List<String> merges() {
        return List.copyOf(MERGE_LIST);
    }

    public static ObjectNode json() {
        return TokenizerJsonFiles.byteLevel(tokens(), merges(), SPECIAL);
    }

    /** The content of a tiktoken file. */
    public static String tiktoken() {
        StringBuilder lines = new StringBuilder();
        for (int rank = 0; rank < TOKENS.size(); rank++) {
            byte[] bytes = TOKENS.get(rank).getBytes(StandardCharsets.ISO_8859_1);
            lines.append(Base64.getEncoder().encodeToString(bytes))
                    .append(' ')
                    .append(rank)
                    .append('\n');
        }
        return lines.toString();
    }

    public static ByteLevelTokenizer tokenizer() {
        return ByteLevelTokenizer.of(Path.of("small"), vocabulary());
    }

    public static ByteLevelVocabulary vocabulary() {
        List<Piece> pieces = new ArrayList<>();
        tokens().forEach(token -> pieces.add(new Piece(token, 0, PieceType.NORMAL)));
        SPECIAL.forEach(token -> pieces.add(new Piece(token, 0, PieceType.CONTROL)));
        return new ByteLevelVocabulary(pieces, merges(), true);
    }

    static ByteLevelTokenizer ofRanks() {
        try {
            Path file = Files.createTempFile("small", ".tiktoken");
            try {
                Files.writeString(file, tiktoken());
                return TiktokenFile.read(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
