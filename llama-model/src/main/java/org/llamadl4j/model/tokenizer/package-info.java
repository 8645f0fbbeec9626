/**
 * Text to token ids and back: SentencePiece BPE with its model file and its trainer, byte-level BPE, and the other files
 * that hold either.
 */
package org.llamadl4j.model.tokenizer;
