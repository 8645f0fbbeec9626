package org.llamadl4j.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BPE of one word, as SentencePiece does it: of all neighbouring symbols whose joined text is a piece, those with the
 * highest score merge, the leftmost of equals, until there are none. Merges wait in a binary heap, so that a word of n
 * characters takes O(n log n). Its arrays are kept from word to word; one thread uses it.
 */
final class WordEncoder {

    private static final int NONE = -1;
    private static final long NO_MERGE = LongLongMap.ABSENT;

    /** The half of a merge that says which comes first. */
    private static final long RANK = -1L << Integer.SIZE;

    private final List<Piece> pieces;
    private final MergeTable table;
    private final int unknownId;
    private final int[] byteIds;
    private final Map<Integer, Long> lastMerge = new HashMap<>();

    private int[] symbol = new int[64];
    private int[] from = new int[64];
    private int[] previous = new int[64];
    private int[] next = new int[64];
    private long[] merges = new long[64];
    private boolean[] frozen = new boolean[64];
    private long[] heap = new long[128];
    private int heapSize;

    /**
     * @param byteIds the id of each byte's piece, for characters that are no piece; null where they are unknown
     */
    WordEncoder(List<Piece> pieces, MergeTable table, int unknownId, int[] byteIds) {
        this.pieces = pieces;
        this.table = table;
        this.unknownId = unknownId;
        this.byteIds = byteIds;
    }

    /** Adds the ids of {@code text[start..end)}, in inner spelling, to {@code ids}. */
    void encode(char[] text, int start, int end, IntList ids) {
        int count = split(text, start, end);
        heapSize = 0;
        for (int i = 0; i + 1 < count; i++) {
            consider(i, i + 1);
        }
        while (heapSize > 0) {
            long top = pop();
            int left = (int) top;
            if (merges[left] >>> Integer.SIZE == top >>> Integer.SIZE) {
                merge(left);
            }
        }
        for (int i = 0; i != NONE; i = next[i]) {
            emit(symbol[i], text, from[i], ids);
        }
        lastMerge.clear();
    }

    private int split(char[] text, int start, int end) {
        int count = 0;
        for (int at = start; at < end; count++) {
            reserve(count + 1);
            int special = table.userDefinedAt(text, at, end);
            int codePoint = Character.codePointAt(text, at, end);
            from[count] = at;
            frozen[count] = special > 0;
            symbol[count] = special > 0 ? table.userDefinedId(text, at, special) : table.symbol(codePoint);
            previous[count] = count - 1;
            next[count] = count + 1;
            merges[count] = NO_MERGE;
            at += special > 0 ? special : Character.charCount(codePoint);
        }
        next[count - 1] = NONE;
        return count;
    }

    private void reserve(int count) {
        if (count > symbol.length) {
            int capacity = 2 * symbol.length;
            symbol = Arrays.copyOf(symbol, capacity);
            from = Arrays.copyOf(from, capacity);
            previous = Arrays.copyOf(previous, capacity);
            next = Arrays.copyOf(next, capacity);
            merges = Arrays.copyOf(merges, capacity);
            frozen = Arrays.copyOf(frozen, capacity);
        }
    }

    /** Finds what {@code left} and its right neighbour merge into. */
    private void consider(int left, int right) {
        long merge = frozen[left] || frozen[right] ? NO_MERGE : table.merge(symbol[left], symbol[right]);
        merges[left] = merge;
        if (merge != NO_MERGE) {
            push(merge & RANK | left);
            int piece = (int) merge;
            if (table.isUnused(piece)) {
                lastMerge.put(piece, LongIntMap.key(symbol[left], symbol[right]));
            }
        }
    }

    private void merge(int left) {
        int right = next[left];
        symbol[left] = (int) merges[left];
        merges[left] = NO_MERGE;
        merges[right] = NO_MERGE;
        next[left] = next[right];
        if (previous[left] != NONE) {
            consider(previous[left], left);
        }
        if (next[left] != NONE) {
            previous[next[left]] = left;
            consider(left, next[left]);
        }
    }

    private void emit(int symbol, char[] text, int at, IntList ids) {
        boolean isPiece = symbol >= 0 && symbol < pieces.size();
        Long parts = isPiece && !lastMerge.isEmpty() ? lastMerge.get(symbol) : null;
        if (parts != null) {
            int left = (int) (parts >>> 32);
            emit(left, text, at, ids);
            emit(parts.intValue(), text, at + lengthOf(left, text, at), ids);
        } else if (isPiece) {
            ids.add(symbol);
        } else if (byteIds == null) {
            ids.add(unknownId);
        } else {
            char first = text[at];
            boolean escaped = first == ' ' && table.escapesSpaces();
            String character = escaped
                    ? String.valueOf(MergeTable.ESCAPED_SPACE)
                    : Character.toString(Character.codePointAt(text, at, text.length));
            for (byte value : character.getBytes(StandardCharsets.UTF_8)) {
                ids.add(byteIds[value & 0xFF]);
            }
        }
    }

    private int lengthOf(int symbol, char[] text, int at) {
        return symbol < pieces.size()
                ? pieces.get(symbol).text().length()
                : Character.charCount(Character.codePointAt(text, at, text.length));
    }

    private void push(long value) {
        if (heapSize == heap.length) {
            heap = Arrays.copyOf(heap, 2 * heapSize);
        }
        int child = heapSize++;
        while (child > 0) {
            int parent = (child - 1) / 2;
            if (heap[parent] <= value) {
                break;
            }
            heap[child] = heap[parent];
            child = parent;
        }
        heap[child] = value;
    }

    private long pop() {
        long top = heap[0];
        long last = heap[--heapSize];
        int parent = 0;
        for (int child = 1; child < heapSize; child = 2 * parent + 1) {
            if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
                child++;
            }
            if (last <= heap[child]) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = last;
        return top;
    }
}
