package org.llamadl4j.model.tokenizer;

import java.util.Arrays;

/** Two neighbouring symbols that might become a piece. Better candidates come first. */
final class MergeCandidate implements Comparable<MergeCandidate> {

    final int left;
    final int right;
    final int[] codePoints;

    /** Where the left symbol begins, ascending; some may have gone since {@link #frequency} was counted. */
    final IntList positions = new IntList(4);

    /** How often the pair occurred when it was last counted. It must not change while the candidate is in a queue. */
    long frequency;

    /** Whether a merge beside the pair may have lowered its frequency. */
    boolean outdated;

    MergeCandidate(int left, int right, int[] codePoints) {
        this.left = left;
        this.right = right;
        this.codePoints = codePoints;
    }

    String text() {
        return new String(codePoints, 0, codePoints.length);
    }

    /** By falling frequency, then rising length, then code points. */
    @Override
    public int compareTo(MergeCandidate other) {
        int order = Long.compare(other.frequency, frequency);
        if (order == 0) {
            order = Integer.compare(codePoints.length, other.codePoints.length);
        }
        return order != 0 ? order : Arrays.compare(codePoints, other.codePoints);
    }
}
