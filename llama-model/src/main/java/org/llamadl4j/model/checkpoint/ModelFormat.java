package org.llamadl4j.model.checkpoint;

/** How a model is kept on disk. */
public enum ModelFormat {
    /** A Hugging Face folder. */
    HF,
    /** A GGUF file, as llama.cpp reads it. */
    GGUF
}
