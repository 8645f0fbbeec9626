package org.llamadl4j.model.checkpoint;

/**
 * The order of query and key rows within a head of K. Rotary embedding turns pairs of them: Meta's code the adjacent
 * rows 2i and 2i+1, Hugging Face's the rows i and i + K/2. Reordering rows makes the one compute what the other does.
 */
final class RotaryOrder {

    private RotaryOrder() {}

    /** meta(K,D) from huggingFace(K,D), two different arrays. */
    static void toMeta(float[] huggingFace, float[] meta, int headDim, int columns) {
        for (int row = 0; row < headDim; row++) {
            System.arraycopy(huggingFace, halfSplit(row, headDim) * columns, meta, row * columns, columns);
        }
    }

    /** huggingFace(K,D) from meta(K,D), two different arrays. */
    static void toHuggingFace(float[] meta, float[] huggingFace, int headDim, int columns) {
        for (int row = 0; row < headDim; row++) {
            System.arraycopy(meta, row * columns, huggingFace, halfSplit(row, headDim) * columns, columns);
        }
    }

    /** The same for rows of any element type, {@code rowBytes} each. */
    static void toMeta(byte[] huggingFace, byte[] meta, int headDim, int rowBytes) {
        for (int row = 0; row < headDim; row++) {
            System.arraycopy(huggingFace, halfSplit(row, headDim) * rowBytes, meta, row * rowBytes, rowBytes);
        }
    }

    /** The same for rows of any element type, {@code rowBytes} each. */
    static void toHuggingFace(byte[] meta, byte[] huggingFace, int headDim, int rowBytes) {
        for (int row = 0; row < headDim; row++) {
            System.arraycopy(meta, row * rowBytes, huggingFace, halfSplit(row, headDim) * rowBytes, rowBytes);
        }
    }

    /** Where Hugging Face keeps Meta's row {@code row}. */
    private static int halfSplit(int row, int headDim) {
        return row / 2 + row % 2 * (headDim / 2);
    }
}
