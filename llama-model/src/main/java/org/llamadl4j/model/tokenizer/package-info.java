/** Text to token ids and back: SentencePiece BPE, its model file and its trainer. */
package org.llamadl4j.model.tokenizer;
