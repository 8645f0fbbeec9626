package org.llamadl4j.model.kernel.cpu;

/**
 * One of the threads that share a kernel call.
 *
 * @param index from 0, which is the calling thread
 */
record Worker(int index, Scratch scratch) {}
