package org.llamadl4j.train.loop;

import java.util.Arrays;
import org.llamadl4j.model.LossPass;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.train.data.TokenSplit;

/**
 * The loss on the held-out split. The split is cut into windows of T tokens, of which every token is predicted from
 * those before it in its window; an evaluation takes all windows, or some at even distances, the same each time.
 */
final class HeldOutLoss {

    private final TokenSplit split;
    private final int batch;
    private final int time;
    private final LossPass pass;

    /** One window and the token after it. */
    private final int[] window;

    private final int[] tokens;
    private final int[] targets;

    HeldOutLoss(TokenSplit split, LlamaWeights weights, int batch, int time, Kernels kernels) {
        this.split = split;
        this.batch = batch;
        this.time = time;
        this.pass = new LossPass(weights, batch, time, kernels);
        this.window = new int[time + 1];
        this.tokens = new int[batch * time];
        this.targets = new int[batch * time];
    }

    /** Whether {@code split} has a token to predict. */
    static boolean isPossible(TokenSplit split) {
        return split.tokens() > 1;
    }

    /** The loss over about {@code maximumTokens} tokens. */
    Evaluation evaluate(int step, long maximumTokens) {
        return evaluateWindows(step, windows(maximumTokens));
    }

    /** The loss over all tokens. */
    Evaluation evaluateWhole(int step) {
        return evaluateWindows(step, windows());
    }

    /** One forward pass, to time it. */
    void runPass() {
        pass.run(tokens, targets);
    }

    /** Forward passes of {@code evaluate(step, maximumTokens)}. */
    long passes(long maximumTokens) {
        return (windows(maximumTokens) + batch - 1) / batch;
    }

    /** Forward passes of {@link #evaluateWhole}. */
    long passesWhole() {
        return (windows() + batch - 1) / batch;
    }

    /** The last one may be shorter than T. */
    private long windows() {
        return (split.tokens() - 1 + time - 1) / time;
    }

    private long windows(long maximumTokens) {
        return Math.min(windows(), Math.max(1, maximumTokens / time));
    }

    private Evaluation evaluateWindows(int step, long count) {
        double nats = 0;
        long predicted = 0;
        for (long first = 0; first < count; first += batch) {
            Arrays.fill(targets, LossPass.NO_TARGET);
            int rows = (int) Math.min(batch, count - first);
            for (int row = 0; row < rows; row++) {
                predicted += fill(row, (first + row) * windows() / count);
            }
            for (float loss : pass.run(tokens, targets)) {
                nats += loss;
            }
        }
        double natsPerToken = nats / predicted;
        double natsPerByte = natsPerToken * split.tokens() / split.textBytes();
        return new Evaluation(step, natsPerToken, natsPerByte, predicted, count == windows());
    }

    /** Puts window {@code index} into row {@code row} of the batch; returns how many tokens it predicts. */
    private int fill(int row, long index) {
        long start = index * time;
        int length = (int) Math.min(time, split.tokens() - 1 - start);
        split.read(start, window, 0, length + 1);
        System.arraycopy(window, 0, tokens, row * time, length);
        System.arraycopy(window, 1, targets, row * time, length);
        return length;
    }
}
