package org.llamadl4j.train.quickstart.story;

/** Decides which phrase a {@link StoryWriter} writes next. */
@FunctionalInterface
interface Chooser {

    /**
     * An index into {@code options}.
     *
     * @param options at least one
     * @param written the story so far; not to be changed
     */
    int choose(Options options, CharSequence written);
}
