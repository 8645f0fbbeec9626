package org.llamadl4j.model.tokenizer;

/** What a piece of the vocabulary is for; the numbers are those of SentencePiece's model file. */
public enum PieceType {
    NORMAL(1),
    UNKNOWN(2),
    /** A token that no text encodes to, such as the beginning of a document. */
    CONTROL(3),
    /** A string that is always one token, wherever it occurs. */
    USER_DEFINED(4),
    /** A piece that takes part in merging and is split again afterwards. */
    UNUSED(5),
    /** One byte of a character that the vocabulary lacks. */
    BYTE(6);

    private final int number;

    PieceType(int number) {
        this.number = number;
    }

    /** Its number in the format. */
    public int number() {
        return number;
    }

    /** Whether merging may produce this piece. */
    boolean isMergeable() {
        return this == NORMAL || this == USER_DEFINED || this == UNUSED;
    }

    /** Null where the number is none of the format's. */
    public static PieceType of(long number) {
        for (PieceType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return null;
    }
}
