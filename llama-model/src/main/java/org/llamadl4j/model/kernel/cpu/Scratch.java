package org.llamadl4j.model.kernel.cpu;

/** Heap arrays of one worker, kept from call to call and grown when a call needs more. Their contents are stale. */
final class Scratch {

    private static final int SLOTS = 16;

    private final float[][] floats = new float[SLOTS][0];
    private short[] shorts = new short[0];
    private byte[] bytes = new byte[0];

    /** At least {@code length} numbers; slots 0 to 15 are distinct arrays. */
    float[] floats(int slot, int length) {
        if (floats[slot].length < length) {
            floats[slot] = new float[length];
        }
        return floats[slot];
    }

    /** At least {@code length} numbers. */
    short[] shorts(int length) {
        if (shorts.length < length) {
            shorts = new short[length];
        }
        return shorts;
    }

    /** At least {@code length} bytes. */
    byte[] bytes(int length) {
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        return bytes;
    }
}
