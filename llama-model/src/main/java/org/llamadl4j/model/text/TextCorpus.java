package org.llamadl4j.model.text;

import java.nio.file.Path;
import java.util.List;

/**
 * Raw text files.
 *
 * @param files every file, in the order in which it is read
 * @param bytes their size on disk
 */
public record TextCorpus(List<Path> files, long bytes) {}
