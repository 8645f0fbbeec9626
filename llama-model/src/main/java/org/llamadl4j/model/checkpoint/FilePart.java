package org.llamadl4j.model.checkpoint;

import java.nio.channels.FileChannel;

/**
 * Where the elements of a parameter lie, one after another.
 *
 * @param file open as long as its source is
 * @param offset of the first byte
 */
record FilePart(FileChannel file, long offset) {}
