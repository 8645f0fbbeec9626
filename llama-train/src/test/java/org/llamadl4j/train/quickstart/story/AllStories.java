package org.llamadl4j.train.quickstart.story;

import java.util.ArrayList;
import java.util.List;

/** Every derivation of a small grammar: an odometer over the choices of a {@link StoryWriter}. */
final class AllStories {

    private AllStories() {}

    static List<Story> of(Grammar grammar) {
        List<Story> stories = new ArrayList<>();
        List<Integer> choices = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        do {
            int[] place = {0};
            sizes.clear();
            stories.add(new StoryWriter(grammar).write((options, written) -> {
                sizes.add(options.size());
                if (place[0] == choices.size()) {
                    choices.add(0);
                }
                return choices.get(place[0]++);
            }));
        } while (advance(choices, sizes));
        return stories;
    }

    private static boolean advance(List<Integer> choices, List<Integer> sizes) {
        for (int last = choices.size() - 1; last >= 0; last--) {
            int next = choices.remove(last) + 1;
            if (next < sizes.get(last)) {
                choices.add(next);
                return true;
            }
        }
        return false;
    }
}
