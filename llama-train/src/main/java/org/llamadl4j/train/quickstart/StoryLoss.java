package org.llamadl4j.train.quickstart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LossPass;
import org.llamadl4j.train.quickstart.story.Story;

/**
 * The loss of whole stories, each predicted from its BOS to its EOS, as {@link Floor} counts them. (The loss that the
 * trainer reports is of windows of a stream of stories, which mostly begin in the middle of one.)
 */
final class StoryLoss {

    private static final int BATCH = 8;

    private final List<int[]> stories;
    private final long[] bytes;
    private final int time;
    private final int[] tokens;
    private final int[] targets;
    private final LossPass pass;

    StoryLoss(LlamaModel model, List<Story> heldOut) {
        stories = new ArrayList<>();
        for (Story story : heldOut) {
            stories.add(tokens(story, model));
        }
        bytes = heldOut.stream().mapToLong(Story::bytes).toArray();
        time = stories.stream().mapToInt(story -> story.length - 1).max().orElseThrow();
        tokens = new int[BATCH * time];
        targets = new int[BATCH * time];
        pass = new LossPass(model.weights(), BATCH, time, model.kernels());
    }

    /** Over all stories. */
    double natsPerByte() {
        return natsPerByte(stories.size());
    }

    /** Over the first {@code count} stories, with the weights as they are now. */
    double natsPerByte(int count) {
        double nats = 0;
        for (int first = 0; first < count; first += BATCH) {
            Arrays.fill(tokens, 0);
            Arrays.fill(targets, LossPass.NO_TARGET);
            for (int row = 0; row < BATCH && first + row < count; row++) {
                int[] story = stories.get(first + row);
                System.arraycopy(story, 0, tokens, row * time, story.length - 1);
                System.arraycopy(story, 1, targets, row * time, story.length - 1);
            }
            for (float loss : pass.run(tokens, targets)) {
                nats += loss;
            }
        }
        return nats / Arrays.stream(bytes, 0, count).sum();
    }

    /** BOS, text, EOS. */
    private static int[] tokens(Story story, LlamaModel model) {
        int[] text = model.tokenizer().encode(story.text());
        int[] tokens = new int[text.length + 2];
        tokens[0] = model.tokenizer().bosId();
        System.arraycopy(text, 0, tokens, 1, text.length);
        tokens[tokens.length - 1] = model.tokenizer().eosId();
        return tokens;
    }
}
