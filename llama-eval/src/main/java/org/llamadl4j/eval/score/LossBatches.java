package org.llamadl4j.eval.score;

import java.util.Arrays;
import java.util.TreeMap;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LossPass;

/**
 * Computes the loss of windows of any length, many at a time. Windows are put with others of about their length, so that
 * short documents do not cost as much as long ones.
 */
@RequiredArgsConstructor
final class LossBatches {

    /** About as many tokens as one pass computes; more would not make a CPU faster. */
    private static final int BATCH_TOKENS = 2048;

    private static final int SHORTEST = 32;

    private final LlamaModel model;

    /** By T. */
    private final TreeMap<Integer, Batch> batches = new TreeMap<>();

    private double nats;
    private long scored;

    /** Takes the window; its loss may be computed later. */
    void add(TextWindows.Window window) {
        int time = SHORTEST;
        while (time < window.length()) {
            time *= 2;
        }
        time = Math.min(time, model.config().contextLength());
        batches.computeIfAbsent(time, Batch::new).add(window);
    }

    /** Computes what is waiting. */
    void finish() {
        batches.values().forEach(Batch::run);
    }

    /** Sum of all losses computed. */
    double nats() {
        return nats;
    }

    /** Tokens that were predicted, computed or waiting. */
    long scored() {
        return scored;
    }

    /** B windows of at most T tokens. */
    private final class Batch {

        private final int time;
        private final int rows;
        private final LossPass pass;
        // (B·T)
        private final int[] tokens;
        private final int[] targets;
        private int filled;

        Batch(int time) {
            this.time = time;
            this.rows = Math.max(1, BATCH_TOKENS / time);
            this.pass = new LossPass(model.weights(), rows, time, model.kernels());
            this.tokens = new int[rows * time];
            this.targets = new int[rows * time];
            Arrays.fill(targets, LossPass.NO_TARGET);
        }

        void add(TextWindows.Window window) {
            int start = filled * time;
            int scoredHere = window.length() - window.firstScored();
            System.arraycopy(window.tokens(), 0, tokens, start, window.length());
            System.arraycopy(
                    window.tokens(), window.firstScored() + 1, targets, start + window.firstScored(), scoredHere);
            scored += scoredHere;
            if (++filled == rows) {
                run();
            }
        }

        void run() {
            if (filled == 0) {
                return;
            }
            for (float loss : pass.run(tokens, targets)) {
                nats += loss;
            }
            Arrays.fill(targets, LossPass.NO_TARGET);
            filled = 0;
        }
    }
}
