package org.llamadl4j.train.bench;

/**
 * What many steps do to memory.
 *
 * @param steps how many were done
 * @param heapBytesPerStep allocated on the Java heap in each of the steps after {@value #SETTLED}, mean
 * @param residentBytesAtStep50 physical memory of the process after step {@value #SETTLED}; null where unknown
 * @param residentBytesAtEnd after the last step
 * @param growth of the one to the other, as a share
 */
public record LongRun(
        int steps, double heapBytesPerStep, Long residentBytesAtStep50, Long residentBytesAtEnd, Double growth) {

    /** Steps after which everything should have its memory. */
    static final int SETTLED = 50;

    static LongRun of(int steps, double heapBytesPerStep, Long atStep50, Long atEnd) {
        Double growth = atStep50 == null || atEnd == null ? null : (double) (atEnd - atStep50) / atStep50;
        return new LongRun(steps, heapBytesPerStep, atStep50, atEnd, growth);
    }
}
