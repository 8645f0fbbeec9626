package org.llamadl4j.train.quickstart;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.llamadl4j.train.quickstart.story.Story;
import org.llamadl4j.train.quickstart.story.StoryGrammar;

/**
 * The corpus on disk, a JSON line a story, with what it costs beside its text.
 *
 * @param training the file to learn from
 * @param trainingStories how many it has
 * @param trainingBytes of UTF-8 text
 * @param heldOut the file of the stories below
 * @param heldOutStories none of which is among those to learn from
 */
record StoryFiles(Path training, int trainingStories, long trainingBytes, Path heldOut, List<Story> heldOutStories) {

    private static final JsonMapper JSON = new JsonMapper();

    /** Writes them to {@code folder}; the seed decides all. */
    static StoryFiles write(StoryGrammar grammar, Recipe recipe, long seed, Path folder) throws IOException {
        Files.createDirectories(folder);
        Iterator<Story> stories = grammar.stories(seed).iterator();
        List<Story> heldOutStories = new ArrayList<>();
        Set<String> heldOutTexts = new HashSet<>();
        while (heldOutStories.size() < recipe.heldOutStories()) {
            Story story = stories.next();
            if (heldOutTexts.add(story.text())) {
                heldOutStories.add(story);
            }
        }
        Path heldOut = folder.resolve("held-out.jsonl");
        try (BufferedWriter writer = Files.newBufferedWriter(heldOut)) {
            for (Story story : heldOutStories) {
                append(story, writer);
            }
        }
        Path training = folder.resolve("train.jsonl");
        int count = 0;
        long bytes = 0;
        try (BufferedWriter writer = Files.newBufferedWriter(training)) {
            while (bytes < recipe.trainingBytes()) {
                Story story = stories.next();
                if (!heldOutTexts.contains(story.text())) {
                    append(story, writer);
                    count++;
                    bytes += story.bytes();
                }
            }
        }
        return new StoryFiles(training, count, bytes, heldOut, heldOutStories);
    }

    private static void append(Story story, BufferedWriter writer) throws IOException {
        writer.write(JSON.createObjectNode()
                .put("text", story.text())
                .put("nats", story.nats())
                .toString());
        writer.write('\n');
    }
}
