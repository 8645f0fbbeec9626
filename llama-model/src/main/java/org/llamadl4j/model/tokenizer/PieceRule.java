package org.llamadl4j.model.tokenizer;

import java.lang.Character.UnicodeScript;

/**
 * Which strings may become pieces, as SentencePiece decides for LLaMA: at most {@link BpeTrainer#MAX_PIECE_LENGTH}
 * characters; a digit stands alone; letters of one script only (Chinese and Japanese count as one); one space at
 * the beginning, or nothing but spaces; no tab and no NUL.
 */
final class PieceRule {

    private static final int ASCII = 128;

    private static final UnicodeScript[] ASCII_SCRIPT = new UnicodeScript[ASCII];

    static {
        for (int c = 0; c < ASCII; c++) {
            ASCII_SCRIPT[c] = UnicodeScript.of(c);
        }
    }

    private PieceRule() {}

    /** Whether a character may be in the vocabulary at all. */
    static boolean isCharacter(int codePoint) {
        return codePoint != 0 && codePoint != '\t' && codePoint != '\n';
    }

    /** Whether some piece might hold these two side by side. False is certain, true is not. */
    static boolean mayJoin(int left, int right) {
        if (right == MergeTable.ESCAPED_SPACE) {
            return left == MergeTable.ESCAPED_SPACE;
        }
        if (isDigit(left) || isDigit(right) || !isCharacter(left) || !isCharacter(right)) {
            return false;
        }
        if (left == MergeTable.ESCAPED_SPACE) {
            return true;
        }
        UnicodeScript leftScript = script(left);
        UnicodeScript rightScript = script(right);
        return leftScript == rightScript
                || leftScript == UnicodeScript.INHERITED
                || rightScript == UnicodeScript.INHERITED;
    }

    /** Whether two or more characters may be a piece. */
    static boolean isPiece(int[] codePoints) {
        if (codePoints.length > BpeTrainer.MAX_PIECE_LENGTH) {
            return false;
        }
        boolean endsInSpace = codePoints[codePoints.length - 1] == MergeTable.ESCAPED_SPACE;
        if (codePoints[1] == MergeTable.ESCAPED_SPACE && !endsInSpace) {
            return false;
        }
        UnicodeScript scriptSoFar = null;
        for (int i = 0; i < codePoints.length; i++) {
            if (i > 0 && !mayJoin(codePoints[i - 1], codePoints[i])) {
                return false;
            }
            if (codePoints[i] == MergeTable.ESCAPED_SPACE) {
                continue;
            }
            UnicodeScript script = script(codePoints[i]);
            if (script == UnicodeScript.INHERITED) {
                continue;
            }
            if (scriptSoFar != null && scriptSoFar != script) {
                return false;
            }
            scriptSoFar = script;
        }
        return true;
    }

    private static boolean isDigit(int codePoint) {
        return codePoint >= '0' && codePoint <= '9' || codePoint >= '\uFF10' && codePoint <= '\uFF19';
    }

    private static UnicodeScript script(int codePoint) {
        if (codePoint < ASCII) {
            return ASCII_SCRIPT[codePoint];
        }
        UnicodeScript script = UnicodeScript.of(codePoint);
        return switch (script) {
            case HIRAGANA, KATAKANA -> UnicodeScript.HAN;
            case UNKNOWN -> UnicodeScript.COMMON;
            default -> codePoint == '\u30FC' ? UnicodeScript.HAN : script;
        };
    }
}
