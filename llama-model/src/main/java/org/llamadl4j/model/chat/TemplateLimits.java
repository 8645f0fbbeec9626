package org.llamadl4j.model.chat;

/**
 * What one rendering may take: a template comes with a model from anywhere, and may be made to take all memory or all time.
 * One object counts for one rendering at a time.
 */
final class TemplateLimits {

    /** Characters of a template. */
    static final int TEMPLATE = 1 << 20;

    /** Characters of a text that a template makes, of parts and of the whole. */
    static final int LENGTH = 1 << 24;

    /** Elements of a list or a map that a template makes, numbers of a range. */
    static final int ELEMENTS = 100_000;

    /** Brackets inside of each other, of one expression: the parser takes time in proportion to a power of them. */
    static final int BRACKETS = 50;

    /** Calls of macros inside of each other. */
    static final int MACROS = 20;

    private static final int STEPS = 200_000;
    private static final long NANOSECONDS = 10_000_000_000L;

    private int steps;
    private long end;

    void start() {
        steps = 0;
        end = System.nanoTime() + NANOSECONDS;
    }

    /** Counts the work that is about to be done. */
    void step() {
        if (++steps > STEPS || System.nanoTime() > end) {
            throw new TemplateException(
                    0, "it takes more than %,d steps or %d seconds".formatted(STEPS, NANOSECONDS / 1_000_000_000L));
        }
    }

    /** Before a text of this length is made. */
    static void checkLength(long length) {
        if (length > LENGTH) {
            throw new TemplateException(0, "it makes a text of more than %,d characters".formatted(LENGTH));
        }
    }
}
