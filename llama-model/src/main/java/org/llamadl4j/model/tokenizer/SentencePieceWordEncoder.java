package org.llamadl4j.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BPE of one word, as SentencePiece does it: of all neighbouring symbols whose joined text is a piece, those with the
 * highest score merge, the leftmost of equals, until there are none.
 */
final class SentencePieceWordEncoder implements WordEncoder {

    private final List<Piece> pieces;
    private final MergeTable table;
    private final int unknownId;
    private final int[] byteIds;
    private final Map<Integer, Long> lastMerge = new HashMap<>();
    private final SymbolChain chain = new SymbolChain();
    private final SymbolChain.Rule rule = this::merge;
    private boolean[] frozen = new boolean[64];

    /**
     * @param byteIds the id of each byte's piece, for characters that are no piece; null where they are unknown
     */
    SentencePieceWordEncoder(List<Piece> pieces, MergeTable table, int unknownId, int[] byteIds) {
        this.pieces = pieces;
        this.table = table;
        this.unknownId = unknownId;
        this.byteIds = byteIds;
    }

    /** The text is in inner spelling. */
    @Override
    public void encode(char[] text, int start, int end, IntList ids) {
        split(text, start, end);
        chain.mergeAll(rule);
        for (int i = 0; i != SymbolChain.NONE; i = chain.next(i)) {
            emit(chain.symbol(i), text, chain.from(i), ids);
        }
        lastMerge.clear();
    }

    private void split(char[] text, int start, int end) {
        chain.clear();
        for (int at = start; at < end; ) {
            int special = table.userDefinedAt(text, at, end);
            int codePoint = Character.codePointAt(text, at, end);
            int place =
                    chain.add(special > 0 ? table.userDefinedId(text, at, special) : table.symbol(codePoint), at, end);
            if (place == frozen.length) {
                frozen = Arrays.copyOf(frozen, 2 * place);
            }
            frozen[place] = special > 0;
            at += special > 0 ? special : Character.charCount(codePoint);
        }
    }

    private long merge(int left, int right) {
        if (frozen[left] || frozen[right]) {
            return SymbolChain.NO_MERGE;
        }
        long merge = table.merge(chain.symbol(left), chain.symbol(right));
        if (merge != SymbolChain.NO_MERGE && table.isUnused((int) merge)) {
            lastMerge.put((int) merge, LongIntMap.key(chain.symbol(left), chain.symbol(right)));
        }
        return merge;
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
}
