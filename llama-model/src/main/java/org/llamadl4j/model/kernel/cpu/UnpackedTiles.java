package org.llamadl4j.model.kernel.cpu;

import org.llamadl4j.model.kernel.ElementType;

/** Numbers that are not float32, copied to the heap a tile after another and converted there. */
final class UnpackedTiles {

    /** Numbers of a tile: whole blocks of every type. */
    private static final int TILE = 2048;

    private UnpackedTiles() {}

    /** Makes {@code count} numbers, whole blocks from the start of {@code tile} on, float32. */
    @FunctionalInterface
    interface Conversion {
        void convert(byte[] tile, int count, float[] target, int targetOffset);
    }

    /** {@link RowFormat#unpack} for numbers of {@code type}. */
    static void unpack(
            ElementType type,
            ByteMemory bytes,
            long offset,
            int count,
            float[] target,
            int targetOffset,
            Scratch scratch,
            Conversion conversion) {
        byte[] tile = scratch.bytes((int) type.bytes(TILE));
        for (int i = 0; i < count; i += TILE) {
            int length = Math.min(TILE, count - i);
            bytes.get(offset + type.bytes(i), tile, 0, (int) type.bytes(length));
            conversion.convert(tile, length, target, targetOffset + i);
        }
    }
}
