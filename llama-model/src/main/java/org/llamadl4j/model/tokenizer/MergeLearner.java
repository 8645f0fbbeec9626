package org.llamadl4j.model.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Finds the merges of a vocabulary: again and again the most frequent pair of neighbouring symbols becomes a new symbol.
 *
 * <p>All words lie in one array, a cell a character; a symbol's number is in the cell of its first character. Each
 * pair knows where it occurs, so that a merge touches only its own places. Frequencies only fall after a pair has
 * appeared; a queue therefore holds upper bounds, and a pair is counted anew only when it comes out on top.
 *
 * <p>Equal frequencies are decided as SentencePiece does: the shorter piece first, then the one of lower code points. A
 * piece that could also be put together in another way is merged in the first way only.
 */
final class MergeLearner {

    private static final int INSIDE = -1;
    private static final int BORDER = -2;
    private static final int IMPOSSIBLE = -2;

    private final WordCounts words;
    private final int[] cells;
    private final int[] wordAt;
    private final List<int[]> symbols = new ArrayList<>();
    private final LongIntMap pairs = new LongIntMap(1 << 12);
    private final List<MergeCandidate> candidates = new ArrayList<>();
    private final PriorityQueue<MergeCandidate> queue = new PriorityQueue<>();
    private final List<MergeCandidate> appeared = new ArrayList<>();

    /**
     * @param characters the characters that pieces may consist of
     */
    MergeLearner(WordCounts words, int[] characters) {
        this.words = words;
        LongIntMap symbolOf = new LongIntMap(characters.length);
        for (int character : characters) {
            symbolOf.put(character, symbols.size());
            symbols.add(new int[] {character});
        }
        IntList symbolList = new IntList(1 << 12);
        IntList wordList = new IntList(1 << 12);
        symbolList.add(BORDER);
        wordList.add(0);
        for (int w = 0; w < words.size(); w++) {
            String word = words.word(w);
            for (int at = 0, codePoint; at < word.length(); at += Character.charCount(codePoint)) {
                codePoint = word.codePointAt(at);
                int symbol = symbolOf.get(codePoint);
                symbolList.add(symbol == LongIntMap.ABSENT ? BORDER : symbol);
                wordList.add(w);
            }
            symbolList.add(BORDER);
            wordList.add(w);
        }
        cells = symbolList.toArray();
        wordAt = wordList.toArray();
    }

    /** Up to {@code count} pieces of two or more characters, the first merge first. */
    List<String> learn(int count) {
        for (int at = 0; at + 1 < cells.length; at++) {
            pairAt(at, at + 1);
        }
        queueAppeared();
        List<String> pieces = new ArrayList<>(count);
        Set<String> known = new HashSet<>();
        while (pieces.size() < count && !queue.isEmpty()) {
            MergeCandidate best = queue.poll();
            if (best.outdated) {
                count(best);
                if (best.frequency > 0) {
                    queue.add(best);
                }
                continue;
            }
            pairs.put(LongIntMap.key(best.left, best.right), LongIntMap.ABSENT);
            if (known.add(best.text())) {
                pieces.add(best.text());
                merge(best);
                queueAppeared();
            }
        }
        return pieces;
    }

    private void merge(MergeCandidate best) {
        int symbol = symbols.size();
        symbols.add(best.codePoints);
        int leftLength = symbols.get(best.left).length;
        for (int i = 0; i < best.positions.size(); i++) {
            int at = best.positions.get(i);
            if (cells[at] != best.left || cells[at + leftLength] != best.right) {
                continue;
            }
            int before = before(at);
            int after = at + best.codePoints.length;
            outdate(cells[before], best.left, best);
            outdate(best.right, cells[after], best);
            cells[at] = symbol;
            cells[at + leftLength] = INSIDE;
            pairAt(before, at);
            pairAt(at, after);
        }
    }

    private int before(int at) {
        int before = at - 1;
        while (cells[before] == INSIDE) {
            before--;
        }
        return before;
    }

    private void outdate(int left, int right, MergeCandidate best) {
        if (left < 0 || right < 0) {
            return;
        }
        int pair = pairs.get(LongIntMap.key(left, right));
        if (pair >= 0 && candidates.get(pair) != best) {
            candidates.get(pair).outdated = true;
        }
    }

    /** Notes the pair whose symbols begin at the two cells. */
    private void pairAt(int leftAt, int rightAt) {
        int left = cells[leftAt];
        int right = cells[rightAt];
        if (left < 0 || right < 0) {
            return;
        }
        long key = LongIntMap.key(left, right);
        int pair = pairs.get(key);
        if (pair == LongIntMap.ABSENT) {
            pair = newPair(left, right);
            pairs.put(key, pair);
        }
        if (pair != IMPOSSIBLE) {
            candidates.get(pair).positions.add(leftAt);
        }
    }

    private int newPair(int left, int right) {
        int[] leftText = symbols.get(left);
        int[] rightText = symbols.get(right);
        int[] text = Arrays.copyOf(leftText, leftText.length + rightText.length);
        System.arraycopy(rightText, 0, text, leftText.length, rightText.length);
        if (!PieceRule.isPiece(text)) {
            return IMPOSSIBLE;
        }
        MergeCandidate candidate = new MergeCandidate(left, right, text);
        candidates.add(candidate);
        appeared.add(candidate);
        return candidates.size() - 1;
    }

    private void queueAppeared() {
        for (MergeCandidate candidate : appeared) {
            count(candidate);
            if (candidate.frequency > 0) {
                queue.add(candidate);
            }
        }
        appeared.clear();
    }

    /** Drops the positions where the pair is no more, and of three equal symbols in a row the second pair. */
    private void count(MergeCandidate pair) {
        int leftLength = symbols.get(pair.left).length;
        int kept = 0;
        int overlap = -1;
        pair.frequency = 0;
        for (int i = 0; i < pair.positions.size(); i++) {
            int at = pair.positions.get(i);
            if (at == overlap || cells[at] != pair.left || cells[at + leftLength] != pair.right) {
                overlap = -1;
            } else {
                pair.positions.set(kept++, at);
                pair.frequency += words.count(wordAt[at]);
                overlap = at + leftLength;
            }
        }
        pair.positions.truncate(kept);
        pair.outdated = false;
    }
}
