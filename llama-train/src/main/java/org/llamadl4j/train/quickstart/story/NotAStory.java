package org.llamadl4j.train.quickstart.story;

import lombok.Getter;

/** A text is not a story of the grammar. */
@Getter
public final class NotAStory extends Exception {

    private static final long serialVersionUID = 1L;

    /** The first character that the grammar could not have written there. */
    private final int position;

    NotAStory(String text, int position, String expected) {
        super("expected %s at character %d, found '%s'"
                .formatted(expected, position, text.substring(position, Math.min(text.length(), position + 20))));
        this.position = position;
    }
}
