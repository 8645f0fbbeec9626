package org.llamadl4j.train.data;

/** A shard is not as it was written; the message ends a sentence about the file. */
final class DamagedShardException extends Exception {

    private static final long serialVersionUID = 1L;

    DamagedShardException(String message) {
        super(message);
    }
}
