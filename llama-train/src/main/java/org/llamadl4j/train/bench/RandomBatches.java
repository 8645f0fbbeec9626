package org.llamadl4j.train.bench;

import java.util.Random;
import org.llamadl4j.train.loop.TrainingUpdate;

/** Tokens and targets without any order: what there is to learn takes no less time. The same ones in every process. */
final class RandomBatches implements TrainingUpdate.MicroBatches {

    private final int vocabSize;
    private final Random random = new Random(1);

    RandomBatches(int vocabSize) {
        this.vocabSize = vocabSize;
    }

    @Override
    public void next(int[] tokens, int[] targets) {
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = random.nextInt(vocabSize);
            targets[i] = random.nextInt(vocabSize);
        }
    }
}
