package org.llamadl4j.train.quickstart;

import java.util.ArrayList;
import java.util.List;
import lombok.Getter;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.train.loop.Evaluation;
import org.llamadl4j.train.loop.TrainingListener;
import org.llamadl4j.train.loop.TrainingStep;

/** Follows a run: its training loss and, at each evaluation, the loss of some held-out stories. */
@Slf4j
@RequiredArgsConstructor
final class LossCurve implements TrainingListener {

    /**
     * A loss.
     *
     * @param tokens seen before it was measured
     * @param natsPerByte its value
     */
    record Point(long tokens, double natsPerByte) {}

    private final StoryLoss storyLoss;
    private final int stories;
    private final double floor;
    private final double tokensPerByte;

    @Getter
    private final List<Point> training = new ArrayList<>();

    @Getter
    private final List<Point> heldOut = new ArrayList<>();

    @Getter
    private long tokens;

    @Getter
    private int steps;

    private double seconds;
    private double flops;

    @Override
    public void stepped(TrainingStep step) {
        training.add(new Point(tokens, step.loss() * tokensPerByte));
        tokens += step.tokens();
        steps = step.step();
        seconds += step.seconds();
        flops += step.flops();
    }

    @Override
    public void evaluated(Evaluation evaluation) {
        if (evaluation.whole()) {
            return;
        }
        double natsPerByte = storyLoss.natsPerByte(stories);
        heldOut.add(new Point(tokens, natsPerByte));
        log.info("   held-out stories: %.4f nats/byte, %.3f x the floor".formatted(natsPerByte, natsPerByte / floor));
    }

    /** Adds the loss over all held-out stories after the last step. */
    void finish(double natsPerByte) {
        heldOut.removeIf(point -> point.tokens() == tokens);
        heldOut.add(new Point(tokens, natsPerByte));
    }

    double tokensPerSecond() {
        return tokens / seconds;
    }

    double flopsPerSecond() {
        return flops / seconds;
    }
}
