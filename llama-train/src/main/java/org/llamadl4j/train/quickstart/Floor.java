package org.llamadl4j.train.quickstart;

import java.util.List;
import org.llamadl4j.train.quickstart.story.NotAStory;
import org.llamadl4j.train.quickstart.story.Story;
import org.llamadl4j.train.quickstart.story.StoryGrammar;

/**
 * What no model can beat on given stories but by luck.
 *
 * @param natsPerByte -ln p of the stories over their bytes
 * @param forgetfulNatsPerByte the same for a reader who forgets at each full stop what the story is about
 * @param bytes of the stories
 */
record Floor(double natsPerByte, double forgetfulNatsPerByte, long bytes) {

    /** Reads every story back, which also shows that its text has one derivation only. */
    static Floor of(List<Story> stories, StoryGrammar grammar) {
        double nats = 0;
        double forgetful = 0;
        long bytes = 0;
        for (Story story : stories) {
            Story read = read(story, grammar);
            nats += read.nats();
            forgetful += read.forgetfulNats();
            bytes += read.bytes();
        }
        return new Floor(nats / bytes, forgetful / bytes, bytes);
    }

    private static Story read(Story story, StoryGrammar grammar) {
        try {
            return grammar.read(story.text());
        } catch (NotAStory e) {
            throw new IllegalStateException("a story of the grammar is not read back: " + story.text(), e);
        }
    }
}
