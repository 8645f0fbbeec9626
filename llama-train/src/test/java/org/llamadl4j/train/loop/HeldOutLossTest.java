package org.llamadl4j.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llamadl4j.model.LossPass;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.train.data.TokenSplit;

class HeldOutLossTest {

    private static final int TIME = 8;

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(16)
            .layers(1)
            .heads(2)
            .kvHeads(2)
            .hiddenDim(24)
            .vocabSize(50)
            .contextLength(TIME)
            .normEps(1e-5)
            .ropeTheta(10000)
            .build();

    private final Kernels kernels = CpuKernels.create(1);
    private final LlamaWeights weights = LlamaWeights.initialise(CONFIG, 1, kernels);

    @AfterEach
    void close() {
        kernels.close();
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "8, 1", "9, 1", "9, 3", "10, 1", "41, 2", "45, 2", "45, 100"})
    void theWholeSplitIsPredictedInWindowsEachTokenOnce(int tokens, int batch) {
        Split split = new Split(tokens);
        LossPass pass = new LossPass(weights, 1, TIME, kernels);
        double nats = 0;
        for (int start = 0; start < tokens - 1; start += TIME) {
            int[] ids = new int[TIME];
            int[] targets = new int[TIME];
            for (int i = 0; i < TIME; i++) {
                boolean predicted = start + i + 1 < tokens;
                ids[i] = predicted ? Split.token(start + i) : 0;
                targets[i] = predicted ? Split.token(start + i + 1) : -1;
            }
            for (float loss : pass.run(ids, targets)) {
                nats += loss;
            }
        }

        Evaluation evaluation = new HeldOutLoss(split, weights, batch, TIME, kernels).evaluateWhole(7);

        assertThat(evaluation.step()).isEqualTo(7);
        assertThat(evaluation.tokens()).isEqualTo(tokens - 1);
        assertThat(evaluation.whole()).isTrue();
        assertThat(evaluation.natsPerToken()).isEqualTo(nats / (tokens - 1), within(1e-6));
        assertThat(evaluation.natsPerByte())
                .as("three bytes a token")
                .isEqualTo(evaluation.natsPerToken() / 3, within(1e-12));
    }

    @Test
    void aPartIsWholeWindowsAndTheSameEachTime() {
        HeldOutLoss heldOut = new HeldOutLoss(new Split(1000), weights, 3, TIME, kernels);

        Evaluation first = heldOut.evaluate(1, 100);
        Evaluation second = heldOut.evaluate(2, 100);

        assertThat(first.tokens()).as("12 windows of 8").isEqualTo(96);
        assertThat(first.whole()).isFalse();
        assertThat(second.natsPerToken()).isEqualTo(first.natsPerToken());
        assertThat(heldOut.passes(100)).isEqualTo(4);
    }

    @Test
    void moreThanThereIsIsAll() {
        HeldOutLoss heldOut = new HeldOutLoss(new Split(30), weights, 3, TIME, kernels);

        assertThat(heldOut.evaluate(1, 1_000_000)).isEqualTo(heldOut.evaluateWhole(1));
        assertThat(heldOut.passes(1_000_000)).isEqualTo(heldOut.passesWhole()).isEqualTo(2);
    }

    @Test
    void aSplitOfOneTokenHasNothingToPredict() {
        assertThat(HeldOutLoss.isPossible(new Split(0))).isFalse();
        assertThat(HeldOutLoss.isPossible(new Split(1))).isFalse();
        assertThat(HeldOutLoss.isPossible(new Split(2))).isTrue();
    }

    /** Tokens of three bytes each. */
    private record Split(long tokens) implements TokenSplit {

        static int token(long index) {
            return (int) (index * index * 7 % 50);
        }

        @Override
        public long textBytes() {
            return 3 * tokens;
        }

        @Override
        public long documents() {
            return 1;
        }

        @Override
        public void read(long offset, int[] target, int targetOffset, int length) {
            for (int i = 0; i < length; i++) {
                if (offset + i >= tokens) {
                    throw new IndexOutOfBoundsException("token " + (offset + i) + " of " + tokens);
                }
                target[targetOffset + i] = token(offset + i);
            }
        }
    }
}
