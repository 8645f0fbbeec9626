package org.llamadl4j.model.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What BPE asks of a vocabulary, as tables of ints: which symbol a character is, which piece two neighbouring symbols
 * merge into, which of two merges comes first, and between which characters no merge can ever happen. A symbol is the
 * id of a piece, or a number from V on for a character that is no piece itself but is part of one.
 *
 * <p>Text is in inner spelling: where the model escapes spaces as U+2581, both are the one character U+0020, so that
 * nearly all text is ASCII.
 */
final class MergeTable {

    /** U+2581, the spelling of a space in pieces. */
    static final char ESCAPED_SPACE = '\u2581';

    /** The symbol of a character that occurs in no piece. */
    static final int NO_SYMBOL = -1;

    private static final int ASCII = 128;

    private final boolean escapesSpaces;
    private final LongIntMap symbols;
    private final int[] asciiSymbols;
    private final LongLongMap merges;
    private final BitSet unused;
    private final boolean[] asciiPairs;
    private final LongIntMap otherPairs;
    private final Map<String, Integer> userDefined;
    private final int longestUserDefined;

    /** By the scores of pieces: any two whose joined text is a piece merge. */
    MergeTable(List<Piece> pieces, boolean escapesSpaces) {
        this(pieces, escapesSpaces, null);
    }

    /**
     * By a list of merges, which leaves scores without meaning.
     *
     * @param listed null for those that follow from scores
     */
    MergeTable(List<Piece> pieces, boolean escapesSpaces, ListedMerges listed) {
        this.escapesSpaces = escapesSpaces;
        this.symbols = new LongIntMap(1024);
        this.asciiSymbols = new int[ASCII];
        this.merges = listed == null ? new LongLongMap(4 * pieces.size()) : listed.table();
        this.unused = new BitSet();
        this.asciiPairs = new boolean[ASCII * ASCII];
        this.otherPairs = new LongIntMap(1024);
        this.userDefined = new HashMap<>();

        Map<String, Integer> known = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            String text = innerSpelling(pieces.get(id));
            if (text != null) {
                known.put(text, id);
                if (pieces.get(id).type() == PieceType.USER_DEFINED) {
                    userDefined.put(text, id);
                } else if (pieces.get(id).type() == PieceType.UNUSED) {
                    unused.set(id);
                }
            }
        }
        for (String text : new ArrayList<>(known.keySet())) {
            for (int at = 0, codePoint; at < text.length(); at += Character.charCount(codePoint)) {
                codePoint = text.codePointAt(at);
                addCharacter(codePoint, known, pieces.size());
                if (at > 0) {
                    addPair(text.codePointBefore(at), codePoint);
                }
            }
        }
        Arrays.setAll(asciiSymbols, symbols::get);
        if (listed == null) {
            addAllMerges(pieces, known);
        }
        this.longestUserDefined =
                userDefined.keySet().stream().mapToInt(String::length).max().orElse(0);
    }

    private void addAllMerges(List<Piece> pieces, Map<String, Integer> known) {
        int[] rank = ranks(pieces);
        known.forEach((text, piece) -> {
            if (piece < pieces.size()) {
                addMerges(text, LongIntMap.key(rank[piece], piece), known);
            }
        });
    }

    private static int[] ranks(List<Piece> pieces) {
        Integer[] order = IntStream.range(0, pieces.size()).boxed().toArray(Integer[]::new);
        Arrays.sort(
                order,
                Comparator.comparing((Integer id) -> pieces.get(id).score()).reversed());
        int[] rank = new int[pieces.size()];
        for (int i = 1; i < order.length; i++) {
            boolean tie =
                    pieces.get(order[i]).score() == pieces.get(order[i - 1]).score();
            rank[order[i]] = tie ? rank[order[i - 1]] : i;
        }
        return rank;
    }

    /** Null for a piece that no text can merge into. */
    private String innerSpelling(Piece piece) {
        if (!piece.type().isMergeable() || escapesSpaces && piece.text().indexOf(' ') >= 0) {
            return null;
        }
        return escapesSpaces ? piece.text().replace(ESCAPED_SPACE, ' ') : piece.text();
    }

    private void addCharacter(int codePoint, Map<String, Integer> known, int vocabSize) {
        if (!symbols.contains(codePoint)) {
            Integer piece = known.get(Character.toString(codePoint));
            int symbol = piece != null ? piece : vocabSize + symbols.size();
            symbols.put(codePoint, symbol);
            known.put(Character.toString(codePoint), symbol);
        }
    }

    private void addPair(int left, int right) {
        if ((left | right) < ASCII) {
            asciiPairs[left * ASCII + right] = true;
        } else {
            otherPairs.put(LongIntMap.key(left, right), 1);
        }
    }

    private void addMerges(String text, long merge, Map<String, Integer> known) {
        for (int cut = text.offsetByCodePoints(0, 1); cut < text.length(); cut = text.offsetByCodePoints(cut, 1)) {
            Integer left = known.get(text.substring(0, cut));
            Integer right = known.get(text.substring(cut));
            if (left != null && right != null) {
                merges.put(LongIntMap.key(left, right), merge);
            }
        }
    }

    boolean escapesSpaces() {
        return escapesSpaces;
    }

    /** The symbol of a character, or {@link #NO_SYMBOL}. */
    int symbol(int codePoint) {
        return codePoint < ASCII ? asciiSymbols[codePoint] : symbols.get(codePoint);
    }

    /**
     * What two symbols merge into: the piece in the lower half and its rank in the upper half, or {@link
     * LongLongMap#ABSENT}. Merges of lower rank come first, those of equal rank from left to right.
     */
    long merge(int left, int right) {
        return left < 0 || right < 0 ? LongLongMap.ABSENT : merges.get(LongIntMap.key(left, right));
    }

    /** Whether a piece may only be a step to a longer one, and is split again where it is left over. */
    boolean isUnused(int piece) {
        return unused.get(piece);
    }

    /** Whether some piece holds these two characters side by side; if not, text may be cut between them. */
    boolean mayJoin(char left, char right) {
        return asciiPairs[left * ASCII + right];
    }

    /** The same for characters outside ASCII. */
    boolean mayJoin(int left, int right) {
        return (left | right) < ASCII
                ? asciiPairs[left * ASCII + right]
                : otherPairs.contains(LongIntMap.key(left, right));
    }

    /** The length in chars of the longest user-defined piece that {@code text} has at {@code start}, or 0. */
    int userDefinedAt(char[] text, int start, int end) {
        for (int length = Math.min(longestUserDefined, end - start); length > 0; length--) {
            if (userDefined.containsKey(new String(text, start, length))) {
                return length;
            }
        }
        return 0;
    }

    int userDefinedId(char[] text, int start, int length) {
        return userDefined.get(new String(text, start, length));
    }
}
