package org.llamadl4j.train.data;

/**
 * A number in [0, 1) that depends on nothing but the text of a document: FNV-1a of 64 bits over the first
 * {@value #BYTES} bytes of its UTF-8, mixed by the finaliser of SplitMix64 because FNV leaves the high bits of short
 * texts poor. Written into datasets by what it chooses, so it must never change.
 */
final class DocumentHash {

    static final int BYTES = 1 << 20;

    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private long state = FNV_OFFSET;
    private int taken;

    /** Takes the next bytes of the text. */
    void update(byte[] utf8) {
        int count = Math.min(utf8.length, BYTES - taken);
        long hash = state;
        for (int i = 0; i < count; i++) {
            hash = (hash ^ utf8[i] & 0xFF) * FNV_PRIME;
        }
        state = hash;
        taken += count;
    }

    /** Uniform over different texts. */
    double fraction() {
        return (WindowOrder.mix(state) >>> 11) * 0x1p-53;
    }
}
