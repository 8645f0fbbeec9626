package org.llamadl4j.model.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.llamadl4j.model.error.UserError;

/**
 * The tokens and merges of byte-level BPE. Tokens made of bytes are kept as byte strings (see {@link ByteSpelling}), the
 * others as text. It is immutable.
 */
final class ByteLevelModel {

    private static final int NOT_BYTES = -1;

    /** The byte strings, in the order of their ids. */
    private final WordIndex byteStrings;

    /** The id of each byte string. */
    private final int[] ids;

    /** The byte string of each id, or {@link #NOT_BYTES}. */
    private final int[] indexes;

    private final Map<Integer, Piece> added;
    private final boolean ignoreMerges;

    /** What each pair of tokens merges into; null where every pair whose bytes are a token does, ranked by its id. */
    private final LongLongMap merges;

    private final int[] singleBytes = new int[256];

    private ByteLevelModel(
            Path source,
            List<String> byteStringsById,
            Map<Integer, Piece> added,
            boolean ignoreMerges,
            LongLongMap merges) {
        this.byteStrings = new WordIndex();
        this.indexes = new int[byteStringsById.size()];
        this.ids = new int[byteStringsById.size() - added.size()];
        this.added = added;
        this.ignoreMerges = ignoreMerges;
        this.merges = merges;
        for (int id = 0; id < indexes.length; id++) {
            String bytes = byteStringsById.get(id);
            indexes[id] = bytes == null ? NOT_BYTES : add(source, bytes, id);
        }
        for (char value = 0; value < singleBytes.length; value++) {
            singleBytes[value] = find(new char[] {value}, 0, 1);
            if (singleBytes[value] < 0) {
                throw UserError.failed(
                        "%s: its vocabulary has no token for the byte 0x%02X; there must be one for each byte",
                        source, (int) value);
            }
        }
    }

    private int add(Path source, String bytes, int id) {
        char[] chars = bytes.toCharArray();
        int hash = WordIndex.hash(chars, 0, chars.length);
        int twin = byteStrings.find(chars, 0, chars.length, hash);
        if (twin >= 0) {
            throw UserError.failed("%s: tokens %d and %d are the same bytes", source, ids[twin], id);
        }
        int index = byteStrings.add(chars, 0, chars.length, hash);
        ids[index] = id;
        return index;
    }

    /**
     * The model of a vocabulary.
     *
     * @param source the file that it comes from, for messages
     * @throws UserError if it is not valid
     */
    static ByteLevelModel of(Path source, ByteLevelVocabulary vocabulary) {
        List<Piece> pieces = vocabulary.pieces();
        List<String> byteStrings = new ArrayList<>(pieces.size());
        Map<String, Integer> normal = new HashMap<>(2 * pieces.size());
        Map<Integer, Piece> added = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            if (piece.type() != PieceType.NORMAL) {
                added.put(id, piece);
                byteStrings.add(null);
                continue;
            }
            String bytes = ByteSpelling.bytes(piece.text());
            if (bytes == null || bytes.isEmpty()) {
                throw UserError.failed(
                        "%s: token %d, \"%s\", does not spell bytes as byte-level BPE does", source, id, piece.text());
            }
            byteStrings.add(bytes);
            normal.put(piece.text(), id);
        }
        LongLongMap merges =
                ListedMerges.parse(source, normal, vocabulary.merges()).table();
        return new ByteLevelModel(source, byteStrings, added, vocabulary.ignoreMerges(), merges);
    }

    /**
     * The model of a tiktoken file: two tokens merge where both together are a token, those first whose token has the
     * lowest rank, which is its id.
     *
     * @param byteStrings by rank
     * @param special tokens whose ids follow the ranks
     */
    static ByteLevelModel ofRanks(Path source, List<String> byteStrings, List<String> special) {
        List<String> all = new ArrayList<>(byteStrings);
        Map<Integer, Piece> added = new HashMap<>();
        for (String token : special) {
            added.put(all.size(), new Piece(token, 0, PieceType.CONTROL));
            all.add(null);
        }
        return new ByteLevelModel(source, all, added, true, null);
    }

    int size() {
        return indexes.length;
    }

    boolean ignoresMerges() {
        return ignoreMerges;
    }

    /** The token that is one byte. */
    int ofByte(int value) {
        return singleBytes[value];
    }

    /** The token of a byte string, or -1. */
    int find(char[] bytes, int start, int end) {
        int index = byteStrings.find(bytes, start, end, WordIndex.hash(bytes, start, end));
        return index < 0 ? -1 : ids[index];
    }

    /** What two tokens merge into, whose bytes lie side by side, as {@link SymbolChain.Rule} says it. */
    long merge(int left, int right, char[] bytes, int start, int end) {
        if (merges != null) {
            return merges.get(LongIntMap.key(left, right));
        }
        int token = find(bytes, start, end);
        return token < 0 ? SymbolChain.NO_MERGE : LongIntMap.key(token, token);
    }

    /** The byte string of a token, or null if it is an added one. */
    String bytes(int id) {
        if (id < 0 || id >= indexes.length) {
            throw new IllegalArgumentException(
                    "token id " + id + " is outside the vocabulary, 0 to " + (indexes.length - 1));
        }
        return indexes[id] == NOT_BYTES ? null : byteStrings.word(indexes[id]);
    }

    Piece piece(int id) {
        String bytes = bytes(id);
        return bytes == null ? added.get(id) : new Piece(ByteSpelling.spell(bytes), 0, PieceType.NORMAL);
    }

    /** The added tokens of one type, or of both. */
    AddedTokens added(PieceType... types) {
        Map<String, Integer> tokens = new HashMap<>();
        added.forEach((id, piece) -> {
            if (Arrays.asList(types).contains(piece.type())) {
                tokens.put(piece.text(), id);
            }
        });
        return new AddedTokens(tokens);
    }

    /** What defines this model. Merges that follow from ranks are listed as files of other formats need them. */
    ByteLevelVocabulary vocabulary() {
        List<Piece> pieces = new ArrayList<>(size());
        for (int id = 0; id < size(); id++) {
            pieces.add(piece(id));
        }
        Stream<long[]> all = merges == null ? mergesOfRanks() : merges.entries();
        List<String> spelled = all.sorted(Comparator.comparingLong((long[] merge) -> merge[1] >>> Integer.SIZE)
                        .thenComparingLong(merge -> merge[0]))
                .map(merge -> pieces.get((int) (merge[0] >>> Integer.SIZE)).text() + " "
                        + pieces.get((int) merge[0]).text())
                .toList();
        return new ByteLevelVocabulary(pieces, spelled, ignoreMerges);
    }

    /** Every two tokens that are a third, as key and value of {@link #merges}. */
    private Stream<long[]> mergesOfRanks() {
        Stream.Builder<long[]> all = Stream.builder();
        for (int token : ids) {
            char[] bytes = bytes(token).toCharArray();
            for (int cut = 1; cut < bytes.length; cut++) {
                int left = find(bytes, 0, cut);
                int right = left < 0 ? -1 : find(bytes, cut, bytes.length);
                if (right >= 0) {
                    all.add(new long[] {LongIntMap.key(left, right), LongIntMap.key(token, token)});
                }
            }
        }
        return all.build();
    }
}
