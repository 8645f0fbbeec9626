package org.llamadl4j.model.kernel;

/**
 * Which two numbers of a head of K rotary embedding turns together. Both orders compute the same attention, if the rows
 * of queries and keys are ordered alike.
 */
public enum RotaryPairs {

    /** 2i and 2i+1: Meta's code. */
    ADJACENT,

    /** i and i + K/2: Hugging Face's. */
    HALVES
}
