package org.llamadl4j.train.quickstart.story;

import lombok.RequiredArgsConstructor;

/**
 * Reads a text back into the choices that wrote it, and so recomputes its probability. It is a {@link StoryWriter}
 * whose choices are made by looking at the text.
 */
@RequiredArgsConstructor
final class StoryReader {

    private final Grammar grammar;

    /**
     * {@code text} with what it costs.
     *
     * @throws NotAStory where the grammar could not have written it, an altered name or colour included
     * @throws IllegalStateException if two options begin alike, so that the choice cannot be told from the text
     */
    Story read(String text) throws NotAStory {
        Story story;
        try {
            story = new StoryWriter(grammar).write((options, written) -> match(text, options, written));
        } catch (Mismatch e) {
            throw new NotAStory(text, e.position, e.expected);
        }
        if (!story.text().equals(text)) {
            throw new NotAStory(text, commonPrefix(text, story.text()), "another text or the end");
        }
        return story;
    }

    private static int match(String text, Options options, CharSequence written) {
        int position = written.length();
        int common = commonPrefix(text, written);
        if (common < position) {
            throw new Mismatch(common, "'" + written.subSequence(common, Math.min(position, common + 20)) + "'");
        }
        int match = -1;
        for (int i = 0; i < options.size(); i++) {
            for (String lead : options.leads(i)) {
                if (text.startsWith(lead, position)) {
                    if (match >= 0 && match != i) {
                        throw new IllegalStateException(
                                "two options of rule %s fit '%s'".formatted(options.rule(), text.substring(position)));
                    }
                    match = i;
                }
            }
        }
        if (match < 0) {
            throw new Mismatch(position, options.rule().getName());
        }
        return match;
    }

    private static int commonPrefix(CharSequence a, CharSequence b) {
        int length = 0;
        while (length < a.length() && length < b.length() && a.charAt(length) == b.charAt(length)) {
            length++;
        }
        return length;
    }

    /** Leaves the writer; becomes a {@link NotAStory}. */
    @RequiredArgsConstructor
    private static final class Mismatch extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int position;
        private final String expected;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
