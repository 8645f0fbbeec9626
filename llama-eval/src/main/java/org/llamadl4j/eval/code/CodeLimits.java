package org.llamadl4j.eval.code;

import java.time.Duration;
import org.llamadl4j.model.error.UserError;

/**
 * What a program may take before it is ended.
 *
 * @param time from its start, by the clock
 * @param memoryBytes of all its processes together; each of them may also reserve no more
 * @param processes at once, threads included
 * @param fileBytes of one file
 * @param folderBytes of all files together
 */
public record CodeLimits(Duration time, long memoryBytes, int processes, long fileBytes, long folderBytes) {

    private static final long MEBIBYTE = 1L << 20;

    /** Ten seconds, 1 GiB of memory, 32 processes, files of 16 MiB and of 32 MiB together. */
    public static final CodeLimits DEFAULT =
            new CodeLimits(Duration.ofSeconds(10), 1024 * MEBIBYTE, 32, 16 * MEBIBYTE, 32 * MEBIBYTE);

    public CodeLimits {
        if (time.isNegative() || time.isZero() || memoryBytes <= 0 || processes <= 0) {
            throw UserError.usage("a program needs some time, memory and at least one process");
        }
        if (fileBytes <= 0 || folderBytes <= 0) {
            throw UserError.usage("a program needs room for files");
        }
    }
}
