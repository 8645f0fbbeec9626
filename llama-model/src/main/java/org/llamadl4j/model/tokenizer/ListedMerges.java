package org.llamadl4j.model.tokenizer;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.llamadl4j.model.error.UserError;

/** Merges as files list them, the first first: each of two tokens into a third, by their ids. */
final class ListedMerges {

    private final int[] left;
    private final int[] right;
    private final int[] result;

    private ListedMerges(int size) {
        this.left = new int[size];
        this.right = new int[size];
        this.result = new int[size];
    }

    /**
     * Reads merges.
     *
     * @param source the file, for messages
     * @param ids of the tokens that text can merge into, by their spelling
     * @param merges two spellings each, with a space between
     * @throws UserError if one is not two tokens that make a third, or is there twice
     */
    static ListedMerges parse(Path source, Map<String, Integer> ids, List<String> merges) {
        ListedMerges parsed = new ListedMerges(merges.size());
        LongIntMap seen = new LongIntMap(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            String merge = merges.get(rank);
            int space = merge.indexOf(' ');
            if (space <= 0 || space == merge.length() - 1 || space != merge.lastIndexOf(' ')) {
                throw wrong(source, rank, merge, "is not two tokens with a space between");
            }
            String first = merge.substring(0, space);
            String second = merge.substring(space + 1);
            parsed.left[rank] = id(source, rank, merge, ids, first);
            parsed.right[rank] = id(source, rank, merge, ids, second);
            parsed.result[rank] = id(source, rank, merge, ids, first.concat(second));
            long key = LongIntMap.key(parsed.left[rank], parsed.right[rank]);
            if (seen.contains(key)) {
                throw wrong(source, rank, merge, "is there twice");
            }
            seen.put(key, rank);
        }
        return parsed;
    }

    private static int id(Path source, int rank, String merge, Map<String, Integer> ids, String token) {
        Integer id = ids.get(token);
        if (id == null) {
            throw wrong(source, rank, merge, "names " + shown(token) + ", which is no token of the vocabulary");
        }
        return id;
    }

    private static UserError wrong(Path source, int rank, String merge, String reason) {
        return UserError.failed("%s: merge %d of its list, %s, %s", source, rank, shown(merge), reason);
    }

    private static String shown(String text) {
        return '"' + (text.length() > 40 ? text.substring(0, 40) + "..." : text) + '"';
    }

    int size() {
        return result.length;
    }

    /** The merges as files spell them. */
    List<String> spelled(List<Piece> pieces) {
        return IntStream.range(0, size())
                .mapToObj(rank -> pieces.get(left[rank]).text() + " "
                        + pieces.get(right[rank]).text())
                .toList();
    }

    /** What each pair of tokens merges into, and the rank of that, as {@link SymbolChain.Rule} has them. */
    LongLongMap table() {
        LongLongMap table = new LongLongMap(size());
        for (int rank = 0; rank < size(); rank++) {
            table.put(LongIntMap.key(left[rank], right[rank]), LongIntMap.key(rank, result[rank]));
        }
        return table;
    }

    /**
     * Scores of pieces by which SentencePiece would do these merges in this order: that of a piece is higher the earlier
     * its merges are. Pieces whose merges lie between each other's get the same; those without come last.
     */
    float[] scores(List<Piece> pieces) {
        int[] last = new int[pieces.size()];
        for (int rank = 0; rank < size(); rank++) {
            last[result[rank]] = rank;
        }
        float[] scores = new float[pieces.size()];
        boolean[] scored = new boolean[pieces.size()];
        int score = 0;
        int end = -1;
        for (int rank = 0; rank < size(); rank++) {
            if (rank > end) {
                score--;
            }
            end = Math.max(end, last[result[rank]]);
            scores[result[rank]] = score;
            scored[result[rank]] = true;
        }
        for (int id = 0; id < scores.length; id++) {
            if (!scored[id] && pieces.get(id).type() == PieceType.NORMAL) {
                scores[id] = --score;
            }
        }
        return scores;
    }

    /**
     * Whether a SentencePiece model of {@code pieces}, which have {@link #scores}, does these merges and no others: every
     * two pieces that are a third are listed, and no two pieces had to share a score.
     */
    boolean followFromScores(List<Piece> pieces) {
        Set<String> texts = new HashSet<>();
        Set<Float> scores = new HashSet<>();
        for (Piece piece : pieces) {
            if (piece.type() == PieceType.NORMAL) {
                texts.add(piece.text());
                if (!scores.add(piece.score())) {
                    return false;
                }
            }
        }
        long pairs = 0;
        for (String text : texts) {
            for (int cut = text.offsetByCodePoints(0, 1); cut < text.length(); cut = text.offsetByCodePoints(cut, 1)) {
                pairs += isSymbol(text.substring(0, cut), texts) && isSymbol(text.substring(cut), texts) ? 1 : 0;
            }
        }
        return pairs == size();
    }

    /** SentencePiece merges characters, too, that are no pieces. */
    private static boolean isSymbol(String text, Set<String> pieces) {
        return text.codePointCount(0, text.length()) == 1 || pieces.contains(text);
    }
}
