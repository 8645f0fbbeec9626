package org.llamadl4j.model.checkpoint;

/** How matrices of weights can be written, and held in memory. */
public enum WeightType {
    F32,
    F16,
    BF16,
    /** Blocks of 32 whole numbers from -127 to 127 with a scale; on disk in GGUF files only. */
    Q8_0;

    GgmlType ggmlType() {
        return GgmlType.valueOf(name());
    }
}
